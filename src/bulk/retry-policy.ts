/** What follows an attempt: tried again, or the end. One rule for every store, so that they cannot disagree. */
import { type AttemptEnd, CAUSES, type Cause } from "./attempt.ts";
import { oneLine } from "./one-line.ts";

export interface RetryRule {
  /** How often an entry is tried again because of this; 0 for never. */
  readonly limit: number;
  /** Seconds before the first of them. */
  readonly delaySeconds: number;
  /** What the delay is multiplied with each further time. */
  readonly factor: number;
}

/** Each cause counts for itself: an instance that was taken away never uses up what a task's own failures may. */
export type RetryPolicy = Readonly<Record<Cause, RetryRule>>;

/** How often an entry was tried again so far, by cause. */
export type Retries = Readonly<Partial<Record<Cause, number>>>;

/** SQS delays a message by 15 minutes at most; nobody who waits for a run wants more. */
export const MOST_DELAY_SECONDS = 900;

const never: RetryRule = { limit: 0, delaySeconds: 1, factor: 2 };

/** Nothing that a task does wrong is repeated unless it is asked for; what befalls it from outside is. */
export const DEFAULT_POLICY: RetryPolicy = {
  exit: never,
  exception: never,
  timeout: never,
  memory: never,
  spot: { limit: 10, delaySeconds: 0, factor: 1 },
  requested: { limit: 5, delaySeconds: 1, factor: 2 },
};

export type Next =
  | { readonly state: "DONE" }
  | { readonly state: "FAILED"; readonly reason: string }
  | { readonly state: "QUEUED"; readonly delaySeconds: number; readonly retries: Retries; readonly reason: string };

export function nextAfter(policy: RetryPolicy, retries: Retries, end: AttemptEnd): Next {
  const { outcome } = end;
  if (outcome === "done") return { state: "DONE" };
  if (outcome === "failed") return { state: "FAILED", reason: reasonOf(end) };
  if (outcome === "stopped") return { state: "QUEUED", delaySeconds: 0, retries, reason: "the worker was stopped" };
  const { limit, delaySeconds, factor } = policy[outcome];
  const before = retries[outcome] ?? 0;
  if (before >= limit) {
    const tried = limit === 0 ? "" : ` (tried again ${limit === 1 ? "once" : `${limit} times`} because of this)`;
    return { state: "FAILED", reason: `${reasonOf(end)}${tried}` };
  }
  return {
    state: "QUEUED",
    delaySeconds: Math.min(delaySeconds * factor ** before, MOST_DELAY_SECONDS),
    retries: { ...retries, [outcome]: before + 1 },
    reason: reasonOf(end),
  };
}

/** `exception: ValueError: no such band`, `exit: It ended with exit status 3`: as short as it can be said. */
function reasonOf({ outcome, error }: Pick<AttemptEnd, "outcome" | "error">): string {
  if (error === undefined) return outcome;
  return oneLine(
    OWN_NAMES.has(error.name) ? `${outcome}: ${error.message}` : `${outcome}: ${error.name}: ${error.message}`,
  );
}

/** Names that an end is given where nothing was thrown: they say what its outcome says. */
const OWN_NAMES: ReadonlySet<string> = new Set(["Exit", "Timeout", "OutOfMemory", "Retry", "Failed", "WorkerLost"]);

/** The policy with other limits for some causes. */
export function withLimits(policy: RetryPolicy, limits: Readonly<Partial<Record<Cause, number>>>): RetryPolicy {
  const rules = CAUSES.map((cause) => [cause, { ...policy[cause], limit: limits[cause] ?? policy[cause].limit }]);
  return Object.fromEntries(rules) as RetryPolicy; // every cause is in CAUSES
}
