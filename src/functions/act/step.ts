/**
 * One step of an action: it chooses more of what it is about, or does a page of it. The step counts once its progress is
 * stored with the version that was read; of two who do the same step one is told that it was too late. What a step does
 * is harmless when it is done again, as it is after a crash in between.
 */
import type { Action, ActionProblem } from "../../actions/action.ts";
import { isoTime } from "../../clock.ts";
import { describeError, TransientError } from "../../errors.ts";
import { cutText } from "../../payload/cut.ts";
import { fitsInRecord, keepTargets, readRequest, readTargets } from "./keep.ts";
import type { ActPorts } from "./ports.ts";
import { type Progress, type Result, readProgress, type Target, type Work, writeProgress } from "./progress.ts";
import { workOf } from "./work-of.ts";

type Change = Partial<Omit<Action, "id" | "version" | "updated">>;

/** As it is after the step; undefined where somebody else has written since it was read. */
export async function stepAction(action: Action, ports: ActPorts): Promise<Action | undefined> {
  const change = await changeOf(action, ports).catch(whyItCannotGoOn);
  return writeChange(action, change, ports);
}

/** Undefined where somebody else has written since it was read. */
export async function writeChange(
  action: Action,
  change: Change,
  { actions, functions: { clock } }: ActPorts,
): Promise<Action | undefined> {
  const next = { ...action, ...change, version: action.version + 1, updated: isoTime(clock.now()) };
  if (await actions.update(next)) return next;
  // Where the store's answer was lost and the write made once more, what stands in its way is itself.
  const current = await actions.get(action.id);
  return current !== undefined && JSON.stringify(current) === JSON.stringify(next) ? next : undefined;
}

async function changeOf(action: Action, ports: ActPorts): Promise<Change> {
  const work = workOf(await readRequest(action, ports), action, ports);
  const progress = readProgress(action.cursor);
  return progress.phase === "choose" ? choose(action, progress, work, ports) : perform(action, progress, work, ports);
}

/** What may pass is tried again; anything else ends it, with the reason. */
function whyItCannotGoOn(thrown: unknown): Change {
  if (thrown instanceof TransientError) throw thrown;
  const { error, cause } = describeError(thrown);
  return { state: "FAILED", reason: cutText(`${error}: ${cause}`, MOST_OF_REASON) };
}

async function choose(
  action: Action,
  { list, counted, after }: Extract<Progress, { phase: "choose" }>,
  work: Work,
  ports: ActPorts,
): Promise<Change> {
  const found = await work.choose(after);
  const few = list === 0 && found.next === undefined && found.targets.length <= FEW && fitsInRecord(found);
  const { targets, next } = few ? found : await keepTargets(action.id, list, found, ports);
  const total = counted + targets.length;
  if (next !== undefined)
    return { cursor: writeProgress({ phase: "choose", list: list + 1, counted: total, after: next }) };
  const begin = { what: work.what(total), total };
  if (total === 0) return { ...begin, state: "DONE", cursor: undefined };
  const progress: Progress = { phase: "do", list: 0, lists: list + 1, from: 0, ...(few && { few: targets }) };
  return { ...begin, cursor: writeProgress(progress) };
}

/** So many need no list of their own. */
const FEW = 100;

async function perform(
  action: Action,
  progress: Extract<Progress, { phase: "do" }>,
  work: Work,
  ports: ActPorts,
): Promise<Change> {
  const { list, lists, from, few } = progress;
  const targets = few ?? (await readTargets(action.id, list, ports)).targets;
  const page = targets.slice(from, from + work.page);
  const change = countResults(action, page, await work.perform(page));
  const to = from + page.length;
  if (to < targets.length) return { ...change, cursor: writeProgress({ ...progress, from: to }) };
  if (list + 1 < lists) return { ...change, cursor: writeProgress({ ...progress, list: list + 1, from: 0 }) };
  return { ...change, state: "DONE", cursor: undefined };
}

/** Every target counts, also one of which nothing was said. */
function countResults(action: Action, page: readonly Target[], results: readonly Result[]): Change {
  const all = page.map(
    ({ id }, index) => results[index] ?? { id, outcome: "failed" as const, reason: "nothing is known of it" },
  );
  const count = (outcome: Result["outcome"]): number => all.filter((one) => one.outcome === outcome).length;
  const problems = all.flatMap((one): ActionProblem[] =>
    one.outcome === "done" ? [] : [{ ...one, reason: cutText(one.reason, MOST_OF_REASON) }],
  );
  return {
    done: action.done + count("done"),
    skipped: action.skipped + count("skipped"),
    failed: action.failed + count("failed"),
    problems: [...action.problems, ...problems].slice(0, MOST_PROBLEMS),
  };
}

const MOST_PROBLEMS = 100;
/** Characters. A hundred of them beside their payloads' IDs fit into a record. */
const MOST_OF_REASON = 500;
