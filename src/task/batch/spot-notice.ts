/** Tells a Batch job that its instance is about to be taken away: two minutes before it is, and not only at the end. */
import { makeInstanceMetadata } from "../../aws/instance-metadata.ts";
import { makeInstanceNotices } from "../../aws/instance-notices.ts";
import { isoTime, systemClock } from "../../clock.ts";
import type { Environment } from "../../env.ts";
import { EXIT, type ExitCode } from "../../errors.ts";
import { TaskStopped } from "../errors.ts";

/** As if the instance had ended the program: a job definition's rules tell it from a task that failed. */
export class InstanceTaken extends TaskStopped {
  override name = "TaskStopped";
  override readonly exitCode: ExitCode = EXIT.terminated;
}

/** Aborts `stop` when there is a notice; looks for one until `ended`. On one machine, jobs have no instance. */
export async function watchForNotice(
  environment: Environment,
  stop: AbortController,
  ended: AbortSignal,
): Promise<void> {
  if (environment.AWS_BATCH_JOB_ID === undefined || environment.AWS_BATCH_CE_NAME === "local") return;
  const notices = makeInstanceNotices(makeInstanceMetadata(environment), systemClock);
  for (;;) {
    const notice = await notices.next(ended);
    if (notice === undefined) return;
    if (notice.kind !== "termination") continue;
    const at = notice.at === undefined ? "soon" : `at ${isoTime(notice.at)}`;
    return stop.abort(new InstanceTaken(`The spot instance is taken away ${at}`));
  }
}
