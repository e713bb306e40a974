/**
 * The newest executions of workflows with their steps, for figures. So many are read and no more, and what has ended is
 * read once: histories of closed executions do not change.
 */
import type { ExecutionKey } from "../../executions/executions.ts";
import { type Step, stepsOf } from "../../executions/steps-of-history.ts";
import { executionName } from "../../payload/payload-id.ts";
import type { PayloadRecord } from "../../state/state-store.ts";
import { hasEnded } from "../../state/states.ts";
import type { ApiPorts } from "../ports.ts";
import { makeStepCache } from "./step-cache.ts";

export interface RecentExecution extends ExecutionKey {
  readonly payloadId: string;
  readonly steps: readonly Step[];
}

export interface RecentQuery {
  readonly workflows: readonly string[];
  /** ISO 8601: whose payload changed since then. */
  readonly since: string;
}

export interface Recent {
  /** Newest first. */
  readonly executions: readonly RecentExecution[];
  /** These are all of them. */
  readonly all: boolean;
}

const MOST_EXECUTIONS = 100;
/** A history may have 25,000 events: of executions with very many fewer are read. */
const MOST_EVENTS = 100_000;
/** Of a payload that was run again and again. */
const MOST_ATTEMPTS = 3;
/** Each may be a call to a service. */
const AT_ONCE = 8;

export type RecentExecutions = ReturnType<typeof makeRecentExecutions>;

export function makeRecentExecutions({ functions }: Pick<ApiPorts, "functions">) {
  const { state, executions } = functions;
  const cache = makeStepCache();

  async function read({ key, payloadId, ended }: Candidate): Promise<{ execution: RecentExecution; events: number }> {
    const name = ended === undefined ? undefined : `${key.workflow}/${key.name} ${ended}`;
    const known = name && cache.get(name);
    if (known) return { execution: { ...key, payloadId, steps: known }, events: 0 };
    const history = await executions.history(key);
    const steps = stepsOf(history);
    if (name !== undefined) cache.keep(name, steps);
    return { execution: { ...key, payloadId, steps }, events: history.length };
  }

  return async ({ workflows, since }: RecentQuery): Promise<Recent> => {
    const pages = await Promise.all(
      workflows.map((workflow) => state.list({ workflow, since, limit: MOST_EXECUTIONS, order: "newest" })),
    );
    const records = pages.flatMap(({ items }) => items).toSorted((a, b) => (a.updated < b.updated ? 1 : -1));
    const candidates = records.flatMap(candidatesOf);
    const found: RecentExecution[] = [];
    let events = 0;
    let next = 0;
    while (next < candidates.length && found.length < MOST_EXECUTIONS && events < MOST_EVENTS) {
      const some = candidates.slice(next, next + Math.min(AT_ONCE, MOST_EXECUTIONS - found.length));
      next += some.length;
      for (const { execution, events: count } of await Promise.all(some.map(read))) {
        events += count;
        if (isSince(execution, since)) found.push(execution);
      }
    }
    return { executions: found, all: next === candidates.length && pages.every((page) => page.next === undefined) };
  };
}

interface Candidate {
  readonly key: ExecutionKey;
  readonly payloadId: string;
  /** Undefined for one that goes on. A redriven one has another end than before. */
  readonly ended: string | undefined;
}

/** The current execution and those before it, whose names follow from their numbers. */
function candidatesOf({ payloadId, workflow, execution, attempt, state, endedAt }: PayloadRecord) {
  const current: Candidate = {
    key: { workflow, name: execution },
    payloadId,
    ended: hasEnded(state) ? endedAt : undefined,
  };
  // The one of a payload that waits is yet to come.
  const latest = state === "WAITING" ? attempt : attempt - 1;
  const before = Array.from({ length: Math.min(latest, MOST_ATTEMPTS - 1) }, (_, index): Candidate => {
    const name = executionName(payloadId, latest - index);
    return { key: { workflow, name }, payloadId, ended: "before" };
  });
  return state === "CLAIMED" || state === "WAITING" ? before : [current, ...before];
}

/** One that nobody remembers has no steps. */
function isSince({ steps }: RecentExecution, since: string): boolean {
  return steps.some(({ enteredAt, exitedAt }) => (exitedAt ?? enteredAt) >= since);
}
