/** Keeps a task to its share of the processors: libraries are told how many threads to make, and the system may tie it to some. */

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import type { WorkerOptions } from "../worker-options.ts";

/** What numeric libraries, Go and Rust programs read; without it each task makes as many threads as the machine has processors. */
const VARIABLES = [
  "OMP_NUM_THREADS",
  "OPENBLAS_NUM_THREADS",
  "MKL_NUM_THREADS",
  "NUMEXPR_NUM_THREADS",
  "VECLIB_MAXIMUM_THREADS",
  "RAYON_NUM_THREADS",
  "GOMAXPROCS",
];

export function threadVariables(cpus: number): Readonly<Record<string, string>> {
  const threads = String(Math.max(1, Math.floor(cpus)));
  return Object.fromEntries(VARIABLES.map((name) => [name, threads]));
}

/** The command on processors of its slot alone, where that was asked for and `taskset` is there. */
export function pinned<Command extends readonly [string, ...string[]] | readonly string[]>(
  { pinCpus, limits }: Pick<WorkerOptions, "pinCpus" | "limits">,
  slot: number,
  command: Command,
): Command | readonly [string, ...string[]] {
  allowedCpus ??= pinCpus ? pinnable() : undefined;
  const allowed = pinCpus ? (allowedCpus ?? []) : [];
  const share = Math.max(1, Math.floor(limits.cpus));
  if (allowed.length <= share) return command;
  const own = Array.from({ length: share }, (_, index) => allowed[(slot * share + index) % allowed.length]);
  return ["taskset", "-c", own.join(","), ...command];
}

let allowedCpus: readonly number[] | undefined;

/** A container may own some of the machine's processors only. */
function pinnable(): readonly number[] {
  if (spawnSync("taskset", ["-V"], { stdio: "ignore" }).status !== 0) return [];
  try {
    const status = readFileSync("/proc/self/status", "utf8");
    return readCpuList(/^Cpus_allowed_list:\s*(\S+)/m.exec(status)?.[1] ?? "");
  } catch {
    return [];
  }
}

/** `0-2,5` */
export function readCpuList(list: string): readonly number[] {
  return list.split(",").flatMap((part) => {
    const [first = Number.NaN, last = first] = part.split("-").map(Number);
    return Number.isNaN(first) || part === ""
      ? []
      : Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
}
