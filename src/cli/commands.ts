/** The visible table of commands: one file each in `commands/`, loaded when it is called and not before. */
import type { Command } from "commander";
import type { ExitCode } from "../errors.ts";
import type { Io } from "./io.ts";

/** Gives a command its arguments, options and action; the action says how it ended with `exit`, or throws. */
export type Register = (command: Command, io: Io, exit: (code: ExitCode) => void) => void;

export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  readonly load: () => Promise<{ readonly register: Register }>;
}

export const COMMANDS: readonly CommandEntry[] = [
  {
    name: "examples",
    summary: "run the payloads in examples/ and check what they come to",
    load: () => import("./commands/examples.ts"),
  },
  { name: "run", summary: "run payloads through a workflow", load: () => import("./commands/run.ts") },
  { name: "task", summary: "run one task alone", load: () => import("./commands/task.ts") },
  {
    name: "dev",
    summary: "keep the project running, and take payloads from `cirrus publish`",
    load: () => import("./commands/dev.ts"),
  },
  { name: "publish", summary: "send payloads to the running project", load: () => import("./commands/publish.ts") },
  { name: "state", summary: "see payloads, their states and their history", load: () => import("./commands/state.ts") },
  {
    name: "dlq",
    summary: "see messages that were rejected or given up, and send them again",
    load: () => import("./commands/dlq.ts"),
  },
];
