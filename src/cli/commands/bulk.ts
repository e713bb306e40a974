/** `cirrus bulk`: one task over every entry of a task file, here or on machines of a deployed stage. */
import { registerDelete, registerPurge, registerResume, registerRetry, registerStop } from "../bulk/change-commands.ts";
import { registerEntries, registerLogs } from "../bulk/entry-commands.ts";
import { registerLoad } from "../bulk/load-command.ts";
import { registerList, registerShow, registerStatus } from "../bulk/look-commands.ts";
import { registerDump, registerReport } from "../bulk/report-commands.ts";
import { registerResults } from "../bulk/results-command.ts";
import { registerRun } from "../bulk/run-command.ts";
import { registerWork } from "../bulk/work-command.ts";
import type { Register } from "../commands.ts";

const SUBCOMMANDS: Readonly<Record<string, Register>> = {
  run: registerRun,
  load: registerLoad,
  status: registerStatus,
  list: registerList,
  show: registerShow,
  entries: registerEntries,
  logs: registerLogs,
  results: registerResults,
  report: registerReport,
  dump: registerDump,
  work: registerWork,
  stop: registerStop,
  resume: registerResume,
  retry: registerRetry,
  purge: registerPurge,
  delete: registerDelete,
};

export const register: Register = (command, io, exit) => {
  command
    .description("Run a task over every entry of a task file, and see how it goes.")
    .addHelpText("after", EXAMPLES);
  for (const [name, registerOne] of Object.entries(SUBCOMMANDS)) registerOne(command.command(name), io, exit);
};

const EXAMPLES = `
Examples:
  cirrus bulk run ./my_worker.py --tasks my_tasks.json \\
    --num-simultaneous-tasks 10
  cirrus bulk status my-worker-my-tasks
  cirrus bulk entries my-worker-my-tasks --state failed
  cirrus bulk logs my-worker-my-tasks task-1
  cirrus bulk results my-worker-my-tasks -o jsonl > results.jsonl
  cirrus bulk dump my-worker-my-tasks --state failed > again.json`;
