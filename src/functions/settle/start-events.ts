/** What is told of an execution that begins. */
import { isoTime } from "../../clock.ts";
import type { Announcement } from "../../events/announcements.ts";
import { workflowEvent } from "../../events/workflow-event.ts";
import type { PayloadRecord } from "../../state/state-store.ts";
import type { FunctionPorts } from "../ports.ts";

/** `fresh`: whoever starts it has claimed it too. */
export function startEvents(
  { payloadId, execution, inputUrl: inputPayloadUrl, claimedAt }: PayloadRecord,
  fresh: boolean,
  { clock }: Pick<FunctionPorts, "clock">,
): readonly Announcement[] {
  const fields = { payloadId, execution, inputPayloadUrl };
  const started = workflowEvent({ type: "STARTED_PROCESSING", at: isoTime(clock.now()), ...fields });
  return fresh ? [workflowEvent({ type: "CLAIMED_PROCESSING", at: claimedAt, ...fields }), started] : [started];
}
