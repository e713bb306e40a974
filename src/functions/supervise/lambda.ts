/** supervise as a Lambda: each minute it looks at the runs, and for as long as its time lasts at those that wait for a step. */
import { type MakePorts, makeLambda } from "../lambda/make-lambda.ts";
import { type Supervised, type SupervisePorts, superviseRuns } from "./supervise.ts";
import { supervisePorts } from "./supervise-ports.ts";

/** Batch needs some ten seconds for a step, and a pool has several. */
const PAUSE_MS = 5_000;

/** From the schedule, or from the command line for one run. */
export interface SuperviseEvent {
  readonly run?: string | undefined;
}

export function superviseLambda(makePorts: MakePorts<SupervisePorts> = supervisePorts) {
  return makeLambda<SuperviseEvent, readonly Supervised[], SupervisePorts>(makePorts, async (event, invocation) => {
    const { ports, log, deadline, count } = invocation;
    const only = typeof event?.run === "string" ? event.run : undefined;
    for (;;) {
      const results = await superviseRuns(ports, only, deadline);
      for (const { run, action, reason } of results) log.info("supervised", { run, action, reason });
      const later = results.filter(({ action }) => action === "later").length;
      // Who calls for one run wants to know what comes next, and not to wait for it.
      const goesOn = only === undefined && results.some(({ action }) => action === "waiting");
      if (!goesOn || !(await pause(ports, deadline))) {
        // The alarm is about minutes: a call in between that goes well would hide a run that nobody looks after.
        if (only === undefined) {
          count("SupervisedRuns", results.length);
          count("UnsupervisedRuns", later);
        }
        return results;
      }
    }
  });
}

/** False where there is no time for another look. */
async function pause({ clock }: SupervisePorts, deadline: AbortSignal): Promise<boolean> {
  await clock.sleep(PAUSE_MS, deadline).catch(() => {});
  return !deadline.aborted;
}
