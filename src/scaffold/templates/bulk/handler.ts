/** What the task `__name__` does for one entry of a task file. */
import { defineWorker, done, retry } from "cirrus-pipeline/task";
import * as z from "zod";

export const handler = defineWorker(
  async (_taskId, { text }, workerData) => {
    // A machine that is about to be taken away: another one begins anew.
    if (workerData.receivedTerminationNotice) return retry("the machine is taken away");
    return done({ characters: text.length });
  },
  // What the data of an entry must be; a task file with other data is refused before anything runs.
  { data: z.strictObject({ text: z.string() }) },
);
