/**
 * A worker that adds two numbers. What goes wrong can be asked for, by share of the tasks: see `trouble` below.
 *
 *     npx cirrus bulk run ./additions.ts --tasks ./additions-tasks.ts --num-simultaneous-tasks 2
 */
import { setTimeout as sleep } from "node:timers/promises";
import { defineWorker, done, failed } from "cirrus-pipeline/task";

export const handler = defineWorker(async (taskId, { num1, num2, trouble, seconds }, workerData) => {
  if (typeof num1 !== "number" || typeof num2 !== "number") return failed("num1 and num2 have to be numbers");
  if (typeof seconds === "number") await sleep(seconds * 1000, undefined, { signal: workerData.shutdown });
  if (typeof trouble === "string") makeTrouble(trouble, taskId);
  return done({ sum: num1 + num2 });
});

/** What a task can do to the worker that runs it, beside adding. */
function makeTrouble(trouble: string, taskId: string): void {
  if (trouble === "exception") throw new RangeError(`${taskId} was to fail`);
  if (trouble === "exit") process.exit(3);
  if (trouble === "memory") fillMemory();
  if (trouble === "timeout") for (;;) Math.sqrt(2);
}

function fillMemory(): void {
  const filled: Buffer[] = [];
  for (;;) filled.push(Buffer.alloc(16 * 1024 * 1024, 1));
}
