/** Loops as a program of its own, for tests that kill it: an execution that hangs, with children in its group and outside. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { systemClock } from "../../../src/clock.ts";
import { makeExecute } from "../../../src/scheduler/execute/execute.ts";
import { executionOf, HANGS, standIn } from "./executing.ts";

const [, , folder = "", python = ""] = process.argv;
const { execute } = makeExecute(
  {
    sources: { checkOut: async () => {} },
    environments: { prepare: async () => ({ outcome: "ready", environment: { python }, warnings: [] }) },
    files: {
      async open(id) {
        const own = join(folder, id);
        mkdirSync(own, { recursive: true });
        return { log: join(own, "log"), notebook: join(own, "executed.ipynb") };
      },
      keep: async () => {},
    },
    clock: systemClock,
  },
  { folder, environment: { PATH: process.env.PATH }, programFor: standIn },
);
const execution = executionOf(HANGS, { clock: systemClock });
const task = { ...execution.task, args: { ...execution.task.args, pids: join(folder, "pids") } };
const never = new AbortController().signal;
await execute({ ...execution, task }, { signal: never, cancelled: never });
