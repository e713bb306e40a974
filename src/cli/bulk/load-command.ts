/** `cirrus bulk load`: checks and stores the entries of a task file, for workers that are started another time. */
import type { Register } from "../commands.ts";
import { addFormats, type OutputOptions } from "../terminal/output.ts";
import { addLoadOptions, type LoadOptions } from "./run-options.ts";

export const registerLoad: Register = (command, io, exit) => {
  addFormats(addLoadOptions(command), ["table", "json", "yaml"])
    .description("Load a task file without running anything. Work on it with `cirrus bulk work`.")
    .argument("<task>", "a task of the project, a module (./worker.ts), or any program (./my_worker.py)")
    .argument("[argument...]", "for a program, after --")
    .action(async (word: string, args: string[], options: LoadOptions & OutputOptions) => {
      const { loadTask } = await import("./run-task.ts");
      exit(await loadTask(io, { word, args }, options));
    });
};
