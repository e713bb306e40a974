/** Whether a process has ended, waiting for one that was just killed, on a busy machine too. */
import { setTimeout as sleep } from "node:timers/promises";
import { processIdentity } from "../../../src/embedded/processes/processes.ts";

export async function isGone(pid: number): Promise<boolean> {
  for (let turn = 0; turn < 1000; turn++) {
    if (processIdentity(pid) === undefined) return true;
    await sleep(25);
  }
  return false;
}
