/** Adds two numbers, or fails as its data says. */
import { defineWorker, done, failed, retry } from "cirrus-pipeline/task";

export const handler = defineWorker((taskId, { a, b, ends, attempts = 1 }, { attempt }) => {
  console.log(`adding for ${taskId}`);
  if (ends === "failed") return failed("it was told to fail");
  if (ends === "exception") throw new RangeError("it was told to throw");
  if (ends === "retry" && attempt <= Number(attempts)) return retry("not yet");
  return done({ sum: Number(a) + Number(b) });
});
