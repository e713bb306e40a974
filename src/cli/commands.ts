/** The visible table of commands: one file each in `commands/`. */
import type { Command } from "commander";
import type { ExitCode } from "../errors.ts";
import { registerDev } from "./commands/dev.ts";
import { registerDlq } from "./commands/dlq.ts";
import { registerExamples } from "./commands/examples.ts";
import { registerPublish } from "./commands/publish.ts";
import { registerRun } from "./commands/run.ts";
import { registerState } from "./commands/state.ts";
import { registerTask } from "./commands/task.ts";
import type { Io } from "./io.ts";

/** Adds one command; its action says how it ended with `exit`, or throws. */
export type Register = (program: Command, io: Io, exit: (code: ExitCode) => void) => void;

export const COMMANDS: readonly Register[] = [
  registerExamples,
  registerRun,
  registerTask,
  registerDev,
  registerPublish,
  registerState,
  registerDlq,
];
