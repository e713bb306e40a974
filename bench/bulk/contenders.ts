/** What runs a task over a file of entries, each as the command that a person would type. */
import { spawnSync } from "node:child_process";
import { cpSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

export interface Contender {
  readonly name: string;
  /** The reference that ratios are against. */
  readonly isPeer?: boolean;
  /** Entries of the short and of the long run; the difference is what is counted. */
  readonly sizes: readonly [number, number];
  /** A fresh folder holds `tasks.json`; each line of the standard input is an entry's number. */
  command(slots: number): readonly string[];
}

const CIRRUS = [process.execPath, resolve(import.meta.dirname, "../../bin/cirrus"), "bulk", "run"];

export function cirrusContenders(): readonly Contender[] {
  const of = (name: string, program: string, sizes: readonly [number, number], ...flags: string[]): Contender => ({
    name,
    sizes,
    command: (slots) => [...CIRRUS, program, "--tasks", "tasks.json", "--num-simultaneous-tasks", `${slots}`, ...flags],
  });
  return [
    of("Cirrus, a fresh process a task", "./nothing.ts", [20, 120]),
    of("Cirrus, command /bin/true", "/bin/true", [50, 550]),
    of("Cirrus, --reuse-processes", "./nothing.ts", [200, 4_200], "--reuse-processes"),
    of("Cirrus, --in-process", "./nothing.ts", [2_000, 42_000], "--in-process"),
  ];
}

export function rmsCloudTasks(python: string): Contender {
  return {
    name: "rms-cloud-tasks 0.5.0",
    isPeer: true,
    sizes: [4, 24],
    command: (slots) => [python, "rms_worker.py", "--task-file", "tasks.json", "--num-simultaneous-tasks", `${slots}`],
  };
}

/** They keep no record of what they ran: the least that starting processes can cost. */
export function shellContenders(): readonly Contender[] {
  const nothing = [process.execPath, "-e", "0"];
  return [
    { name: "xargs node", sizes: [20, 120], command: (slots) => ["xargs", "-n1", `-P${slots}`, ...nothing] },
    { name: "xargs /bin/true", sizes: [50, 1_050], command: (slots) => ["xargs", "-n1", `-P${slots}`, "/bin/true"] },
    ...(isThere("parallel")
      ? [
          {
            name: "GNU parallel /bin/true",
            sizes: [50, 550] as const,
            command: (slots: number) => ["parallel", `-j${slots}`, "/bin/true"],
          },
        ]
      : []),
  ];
}

/** `tasks.json`, and the programs beside it. */
export function prepareFolder(folder: string, entries: number): void {
  const tasks = Array.from({ length: entries }, (_, n) => ({ task_id: `task-${n}`, data: { n } }));
  writeFileSync(join(folder, "tasks.json"), JSON.stringify(tasks));
  for (const name of ["nothing.ts", "rms_worker.py"]) cpSync(join(import.meta.dirname, name), join(folder, name));
}

function isThere(program: string): boolean {
  return spawnSync(program, ["--version"]).status === 0;
}
