/** Publishes announcements, sending again those that failed in passing. What is refused for ever is logged, not lost in silence. */
import type { Announcement } from "../../events/announcements.ts";
import type { SendOutcome } from "../../events/intake.ts";
import type { FunctionPorts } from "../ports.ts";

const TRIES = 3;
const PAUSE_MS = 100;

type AnnouncePorts = Pick<FunctionPorts, "announcements" | "clock" | "log">;

export interface SendFailure {
  readonly message: string;
  /** Whether sending it again later may help. */
  readonly transient: boolean;
}

/** For events that inform only: a failure is logged and nothing else depends on it. */
export async function announce(announcements: readonly Announcement[], ports: AnnouncePorts): Promise<void> {
  try {
    for (const [{ id }, { message, transient }] of await publishAll(announcements, ports))
      ports.log.error(transient ? "event not announced" : "event refused", { event: id, reason: message });
  } catch (thrown) {
    ports.log.error("events not announced", { count: announcements.length, reason: String(thrown) });
  }
}

/** Resolves with those that did not go out. */
export async function publishAll(
  announcements: readonly Announcement[],
  { announcements: port, clock }: AnnouncePorts,
): Promise<ReadonlyMap<Announcement, SendFailure>> {
  const failures = new Map<Announcement, SendFailure>();
  let waiting = announcements;
  for (let attempt = 1; waiting.length > 0; attempt++) {
    const failed = failuresOf(waiting, await port.publish(waiting));
    for (const one of waiting) failures.delete(one);
    for (const [one, failure] of failed) failures.set(one, failure);
    waiting = failed.flatMap(([one, { transient }]) => (transient ? [one] : []));
    if (attempt === TRIES) break;
    if (waiting.length > 0) await clock.sleep(PAUSE_MS * attempt);
  }
  return failures;
}

/** What a port says of each, in order; one that it says nothing of may not have gone out. */
export function failuresOf<T>(
  all: readonly T[],
  outcomes: readonly SendOutcome[],
): readonly (readonly [one: T, failure: SendFailure])[] {
  return all.flatMap((one, index) => {
    const outcome = outcomes[index];
    if (outcome?.outcome === "sent") return [];
    return [[one, outcome ?? { message: "no outcome was reported", transient: true }] as const];
  });
}
