/** Publishes announcements, sending again those that failed in passing. What is refused for ever is logged, not lost in silence. */
import { TransientError } from "../../errors.ts";
import type { Announcement } from "../../events/announcements.ts";
import type { FunctionPorts } from "../ports.ts";

const TRIES = 3;
const PAUSE_MS = 100;

type AnnouncePorts = Pick<FunctionPorts, "announcements" | "clock" | "log">;

/** For events that inform only: a failure is logged and nothing else depends on it. */
export async function announce(announcements: readonly Announcement[], ports: AnnouncePorts): Promise<void> {
  try {
    const refused = await publishAll(announcements, ports);
    for (const { announcement, message } of refused)
      ports.log.error("event refused", { event: announcement.id, reason: message });
  } catch (thrown) {
    ports.log.error("events not announced", { count: announcements.length, reason: String(thrown) });
  }
}

/** Resolves with those refused for ever; throws TransientError where some may still go through later. */
export async function publishAll(
  announcements: readonly Announcement[],
  { announcements: port, clock }: AnnouncePorts,
): Promise<readonly { readonly announcement: Announcement; readonly message: string }[]> {
  const refused: { announcement: Announcement; message: string }[] = [];
  let waiting = announcements;
  for (let attempt = 1; waiting.length > 0; attempt++) {
    const outcomes = await port.publish(waiting);
    const again: Announcement[] = [];
    let reason = "";
    for (const [index, announcement] of waiting.entries()) {
      const outcome = outcomes[index];
      if (outcome?.outcome === "sent") continue;
      reason = outcome?.message ?? "no outcome was reported";
      if (outcome && !outcome.transient) refused.push({ announcement, message: reason });
      else again.push(announcement);
    }
    if (again.length > 0 && attempt === TRIES)
      throw new TransientError(`${again.length} announcements not sent: ${reason}`);
    if (again.length > 0) await clock.sleep(PAUSE_MS * attempt);
    waiting = again;
  }
  return refused;
}
