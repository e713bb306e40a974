/** `cirrus bulk run`: loads a task file and runs its entries until all have ended; called again it goes on. */
import type { Register } from "../commands.ts";
import { addLoadOptions } from "./run-options.ts";
import type { RunOptions } from "./run-task.ts";
import { addWorkOptions } from "./work-options.ts";

export const registerRun: Register = (command, io, exit) => {
  addWorkOptions(addLoadOptions(command))
    .description("Run a task over every entry of a task file. Called again it goes on where it was.")
    .argument("<task>", "a task of the project, a module (./worker.ts), or any program (./my_worker.py)")
    .argument("[argument...]", "for a program, after --")
    .option("--only-failed", "try those again that failed in the run of this name")
    .option("--detach", "run it in the background")
    .addHelpText("after", EXAMPLES)
    .action(async (word: string, args: string[], options: RunOptions) => {
      const { runTask } = await import("./run-task.ts");
      exit(await runTask(io, { word, args }, options));
    });
};

const EXAMPLES = `
Examples:
  cirrus bulk run ./my_worker.py --tasks my_tasks.json \\
    --num-simultaneous-tasks 10
  cirrus bulk run my-task --tasks tasks.csv \\
    --max-runtime 600 --retry-on-exception
  cirrus bulk run my-task --tasks tasks.csv --pool batch --stage prod --dry-run`;
