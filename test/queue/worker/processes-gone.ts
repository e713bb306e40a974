/** Whether a process has ended, waiting a moment for one that was just killed. */
import { setTimeout as sleep } from "node:timers/promises";
import { processIdentity } from "../../../src/embedded/processes/processes.ts";

export async function isGone(pid: number): Promise<boolean> {
  for (let turn = 0; turn < 200; turn++) {
    if (processIdentity(pid) === undefined) return true;
    await sleep(25);
  }
  return false;
}
