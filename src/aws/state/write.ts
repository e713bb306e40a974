/**
 * Writes requests as conditional statements and tells each its outcome.
 *
 * The first statement holds for the record that the request expects. Where it is refused, the record comes back, and
 * the very function that decides for every store says whether the request is refused, or only met a record of another
 * kind than expected: then a second statement is written for exactly that version.
 */
import { TransientError } from "../../errors.ts";
import type { Decide } from "../../state/next-record.ts";
import type { WriteOutcome } from "../../state/state-store.ts";
import type { Item } from "./attribute-values.ts";
import { getItems } from "./get-records.ts";
import { mayHaveRecord, refuseImpossibleId } from "./keys.ts";
import { toRecord } from "./record-item.ts";
import { runStatements } from "./run-statements.ts";
import { insert, rewrite, type Statement } from "./statements.ts";
import { hasStep, MOST_STEPS, type Move, type Step, stepCount, transitionItem, transitionsOf } from "./steps.ts";
import type { Table } from "./table.ts";

export interface WriteKind<Request> {
  readonly decide: Decide<Request>;
  /** Holds for the record that the request expects. */
  first(table: string, request: Request, now: string, step: Step): Statement;
  /** Absent where the state stays as it is. */
  move?(request: Request): Move;
  /** Makes a record where there is none. Whatever else is written needs one, and there is none of a text that is no ID. */
  readonly creates?: boolean;
}

export interface Writer extends Table {
  /** The time of the write, in the stored form. */
  readonly now: string;
  /** A text that nobody else makes up. */
  readonly mark: () => string;
}

interface Pending<Request> {
  /** Its place among the requests. */
  readonly index: number;
  readonly request: Request;
  readonly step: Step;
  readonly statement: Statement;
}

type Answer<Request> = WriteOutcome | { readonly outcome: "again"; readonly pending: Pending<Request> };

/** A record that changes under a write more often than this is left to the next delivery. */
const ROUNDS = 6;

/** Outcomes in the order of the requests. */
export async function writeEach<Request extends { readonly payloadId: string }>(
  requests: readonly Request[],
  kind: WriteKind<Request>,
  writer: Writer,
): Promise<readonly WriteOutcome[]> {
  if (kind.creates) for (const { payloadId } of requests) refuseImpossibleId(payloadId);
  const outcomes: WriteOutcome[] = requests.map(() => ({ outcome: "refused", current: undefined }));
  const possible = [...requests.entries()].filter(([, { payloadId }]) => kind.creates || mayHaveRecord(payloadId));
  for (const wave of wavesOf(possible)) {
    let pending = wave.map(([index, request]) => firstTry(index, request, kind, writer));
    for (let round = 0; pending.length > 0; round++) {
      if (round === ROUNDS) throw keptChanging(pending);
      const answers = await tryAll(pending, kind, writer);
      pending = answers.flatMap(([index, answer]) => {
        if (answer.outcome === "again") return [answer.pending];
        outcomes[index] = answer;
        return [];
      });
    }
  }
  return outcomes;
}

/** DynamoDB does not take two writes of the same item in one call: the second request of a payload waits for the first. */
function wavesOf<Request extends { readonly payloadId: string }>(
  requests: readonly (readonly [index: number, request: Request])[],
) {
  const waves: (readonly [index: number, request: Request])[][] = [];
  for (const sameId of Map.groupBy(requests, ([, { payloadId }]) => payloadId).values()) {
    for (const [turn, entry] of sameId.entries()) {
      const wave = waves[turn] ?? [];
      wave.push(entry);
      waves[turn] = wave;
    }
  }
  return waves;
}

function firstTry<Request>(
  index: number,
  request: Request,
  kind: WriteKind<Request>,
  { table, now, mark }: Writer,
): Pending<Request> {
  const step = { write: mark(), moved: kind.move?.(request) };
  return { index, request, step, statement: kind.first(table, request, now, step) };
}

async function tryAll<Request extends { readonly payloadId: string }>(
  pending: readonly Pending<Request>[],
  kind: WriteKind<Request>,
  writer: Writer,
): Promise<readonly (readonly [index: number, Answer<Request>])[]> {
  const outcomes = await runStatements(
    pending.map(({ statement }) => statement),
    writer,
  );
  const unseen = pending.filter((_, i) => outcomes[i]?.item === undefined).map(({ request }) => request.payloadId);
  const read = await getItems(unseen, writer);
  const answers: [number, Answer<Request>][] = [];
  for (const [i, one] of pending.entries()) {
    const item = outcomes[i]?.item ?? read.get(one.request.payloadId);
    const isDone = outcomes[i]?.outcome === "done";
    answers.push([one.index, await answer(one, item, isDone, kind, writer)]);
  }
  return answers;
}

async function answer<Request>(
  { index, request, step }: Pending<Request>,
  item: Item | undefined,
  isDone: boolean,
  { decide }: WriteKind<Request>,
  writer: Writer,
): Promise<Answer<Request>> {
  const current = item && toRecord(item);
  // An answer that was lost on its way, and the same statement again: what refused it was itself.
  const isOurs = isDone || (item !== undefined && hasStep(item, step.write));
  if (current && isOurs) return { outcome: "written", record: current };
  const next = decide(request, current, writer.now);
  if (next === undefined) return { outcome: "refused", current };
  if (current === undefined || item === undefined) {
    throw new TransientError("A record was removed while it was written.", { hint: "Try again." });
  }
  await moveStepsAway(item, writer);
  const statement = rewrite(writer.table, item, current, next, step);
  return { outcome: "again", pending: { index, request, step, statement } };
}

/** The same items again where somebody else, or this writer before an answer was lost, has moved them already. */
async function moveStepsAway(item: Item, writer: Writer): Promise<void> {
  if (stepCount(item) < MOST_STEPS) return;
  await runStatements(
    transitionsOf(item).map((transition) => insert(writer.table, transitionItem(transition))),
    writer,
  );
}

function keptChanging<Request extends { readonly payloadId: string }>(pending: readonly Pending<Request>[]) {
  const ids = pending.map(({ request }) => request.payloadId).join(", ");
  return new TransientError(`Records kept changing while they were written: ${ids}`, { hint: "Try again." });
}
