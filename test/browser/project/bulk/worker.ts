/** A worker of a bulk run some of whose entries fail. */
import { setTimeout as sleep } from "node:timers/promises";
import { defineWorker, done, failed } from "cirrus-pipeline/task";

export const handler = defineWorker(async (taskId, { number }) => {
  if (typeof number !== "number") return failed("number has to be a number");
  console.log(`entry ${taskId}: ${number} <b>squared</b>`);
  if (number % 7 === 0) throw new RangeError(`${number} cannot be squared today`);
  if (number % 11 === 0) return failed(`no scene <i>S2A_${number}</i>`);
  await sleep(number);
  return done({ square: number * number });
});
