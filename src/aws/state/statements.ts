/**
 * The PartiQL statements that write records. Each names the condition under which it holds; where the caller's request
 * says all that is needed, nothing has to be read before.
 */
import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { claimed, parked } from "../../state/next-record.ts";
import type {
  ClaimRequest,
  EffectsDoneRequest,
  FinishRequest,
  ParkRequest,
  PayloadRecord,
  StartedRequest,
  TakeOverRequest,
} from "../../state/state-store.ts";
import { mayMove } from "../../state/states.ts";
import { type Item, type Plain, toAttribute, toItem } from "./attribute-values.ts";
import { recordKey, sortKey } from "./keys.ts";
import { ending, enteredAttribute, placement, recordAttributes } from "./record-item.ts";
import { firstStep, firstVersion, MOST_STEPS, type Run, type Step, stepCount, stepValue } from "./steps.ts";

export interface Statement {
  readonly text: string;
  readonly parameters: readonly AttributeValue[];
  /** The item as it is afterwards, where that is known. */
  readonly item?: Item | undefined;
}

/** An expression with a `?` for every value. */
type Expression = readonly [text: string, ...values: AttributeValue[]];

interface Change {
  readonly set: Item;
  /** One more element each for the lists of these names. */
  readonly appended?: Readonly<Record<string, Plain>>;
  /** Where the request does not say which version it makes. */
  readonly isNext?: boolean;
  readonly remove?: readonly string[];
  readonly where: readonly Expression[];
}

const CLOSED = `"state" IN ['SUCCEEDED', 'FAILED', 'INVALID', 'ABORTED']`;
const NOT_OPEN = `"state" IN ['WAITING', 'SUCCEEDED', 'FAILED', 'INVALID', 'ABORTED']`;
/** What waits has no execution that could end so. */
const MAY_END_WELL = `"state" IN ['CLAIMED', 'PROCESSING', 'FAILED', 'INVALID', 'ABORTED']`;
const REDRIVABLE = `"state" IN ['FAILED', 'INVALID', 'ABORTED']`;
const CLAIMED = `"state" = 'CLAIMED'`;

/** What the end of an execution leaves behind, and a new start takes away. */
const END = ["endedAt", "error", "cause", "outputUrl"] as const;

export function insert(table: string, item: Item): Statement {
  const members = Object.keys(item).map((name) => `'${name}': ?`);
  return { text: `INSERT INTO "${table}" VALUE {${members.join(", ")}}`, parameters: Object.values(item), item };
}

export function claimStatement(table: string, request: ClaimRequest, now: string, step: Step): Statement {
  const first = claimed({ ...request, expected: "absent" }, undefined, now);
  return planStatement(table, request, first, { from: NOT_OPEN, keep: ["waitsUntil"] }, step);
}

export function parkStatement(table: string, request: ParkRequest, now: string, step: Step): Statement {
  const first = parked({ ...request, expected: "absent" }, undefined, now);
  return planStatement(table, request, first, { from: CLOSED, keep: [] }, step);
}

/** `first`: the record where there was none. */
function planStatement(
  table: string,
  request: ClaimRequest,
  first: PayloadRecord | undefined,
  { from, keep }: { readonly from: string; readonly keep: readonly string[] },
  step: Step,
): Statement {
  const { payloadId, expected } = request;
  if (first === undefined) throw new Error(`nothing stands against the first claim of ${payloadId}`);
  const { set, remove } = recordAttributes(first);
  const whole = { ...step, run: { execution: request.execution, attempt: request.attempt } };
  if (expected === "absent") {
    const steps = toAttribute([stepValue(whole)]);
    return insert(table, {
      ...recordKey(payloadId),
      ...set,
      ...entered(step),
      ...toItem({ firstVersion: 1 }),
      steps,
    });
  }
  const { created: _, messages: __, ...renewed } = set;
  return update(table, payloadId, {
    set: { ...renewed, ...entered(step), version: toAttribute(expected + 1) },
    appended: { messages: request.message, ...added(whole) },
    remove: remove.filter((name) => !keep.includes(name)),
    where: [[`"version" = ?`, toAttribute(expected)], [from], ROOM],
  });
}

export function takeOverStatement(table: string, request: TakeOverRequest, now: string, step: Step): Statement {
  const { payloadId, expected } = request;
  const place = placement({ payloadId, state: "CLAIMED", updated: now, effectsPending: false });
  return update(table, payloadId, {
    set: toItem({ ...place, version: expected + 1 }),
    appended: added(step),
    where: [[`"version" = ?`, toAttribute(expected)], [CLAIMED], ROOM],
  });
}

export function startedStatement(table: string, request: StartedRequest, now: string, step: Step): Statement {
  const { payloadId, execution, at, redriven } = request;
  const place = placement({ payloadId, state: "PROCESSING", updated: now, effectsPending: false });
  const isCurrent: Expression = [`"execution" = ?`, toAttribute(execution)];
  if (!redriven) {
    return update(table, payloadId, {
      set: { ...toItem({ ...place, startedAt: at }), ...entered(step) },
      isNext: true,
      appended: added(step),
      where: [isCurrent, [CLAIMED], ROOM],
    });
  }
  return update(table, payloadId, {
    set: {
      ...toItem({ ...place, effectsPending: false, ...ending({ state: "PROCESSING", outputs: [] }) }),
      ...entered(step),
    },
    isNext: true,
    appended: added(step),
    remove: END,
    where: [isCurrent, [REDRIVABLE], [`"startedAt" IS NOT MISSING`], endsBefore(at), ROOM],
  });
}

export function finishStatement(table: string, request: FinishRequest, now: string, step: Step): Statement {
  const { payloadId, state, at: endedAt, error: lastError, outputs, outputUrl } = request;
  const end = toItem(ending({ state, endedAt, lastError, outputs, outputUrl }));
  return update(table, payloadId, {
    set: {
      ...toItem(placement({ payloadId, state, updated: now, effectsPending: true })),
      ...end,
      ...PENDING,
      ...entered(step),
    },
    isNext: true,
    appended: added(step),
    remove: ["waitsUntil", ...END.filter((name) => end[name] === undefined)],
    where: [
      [`"execution" = ?`, toAttribute(request.execution)],
      endsBefore(endedAt),
      ...(mayMove("WAITING", "finish", state) ? [] : [[MAY_END_WELL] as const]),
      ...(request.expected === undefined ? [] : [[`"version" = ?`, toAttribute(request.expected)] as const]),
      ROOM,
    ],
  });
}

export function effectsDoneStatement(table: string, request: EffectsDoneRequest, now: string, step: Step): Statement {
  const { payloadId, expected } = request;
  return update(table, payloadId, {
    set: toItem({ effectsPending: false, updated: now, sortKey: sortKey(now, payloadId), version: expected + 1 }),
    appended: added(step),
    remove: ["unsettled"],
    where: [[`"version" = ?`, toAttribute(expected)], [`"effectsPending" = ?`, toAttribute(true)], ROOM],
  });
}

/** From a record that is known to the one that shall follow it. A long list of steps begins anew. */
export function rewrite(table: string, known: Item, before: PayloadRecord, next: PayloadRecord, step: Step): Statement {
  const { set, remove } = recordAttributes(next);
  const isLong = stepCount(known) >= MOST_STEPS;
  const steps = toAttribute([stepValue(firstStep(step, before, next))]);
  return update(table, next.payloadId, {
    set: { ...set, ...entered(step), ...(isLong && { steps, firstVersion: toAttribute(next.version) }) },
    appended: isLong ? {} : added({ ...step, run: changedRun(before, next) }),
    remove,
    where: [
      [`"version" = ?`, toAttribute(before.version)],
      [`"firstVersion" = ?`, toAttribute(firstVersion(known))],
    ],
  });
}

function changedRun(before: PayloadRecord, { execution, attempt }: PayloadRecord): Run | undefined {
  return execution === before.execution && attempt === before.attempt ? undefined : { execution, attempt };
}

const ROOM: Expression = [`size("steps") < ?`, toAttribute(MOST_STEPS)];
const PENDING = toItem({ effectsPending: true });

function entered({ moved }: Step): Item {
  return moved ? { [enteredAttribute(moved.to)]: toAttribute(moved.at) } : {};
}

function added(step: Step): Readonly<Record<string, Plain>> {
  return { steps: stepValue(step) };
}

/** An end counts only where it is later than the one before, and none is later than success. */
function endsBefore(at: string): Expression {
  return [`"endsAfter" < ?`, toAttribute(Date.parse(at))];
}

/** DynamoDB puts an element at the end that is set beyond it. No list here grows that long. */
const BEYOND = 100;

/** Values are never part of the text: the same text is the same statement for every payload. */
function update(table: string, payloadId: string, change: Change): Statement {
  const { set, appended = {}, isNext = false, remove = [], where } = change;
  const assignments: readonly Expression[] = [
    ...Object.entries(set).map(([name, value]): Expression => [`"${name}" = ?`, value]),
    ...Object.entries(appended).map(([name, value]): Expression => [`"${name}"[${BEYOND}] = ?`, toAttribute(value)]),
    ...(isNext ? [[`"version" = "version" + ?`, toAttribute(1)] as const] : []),
  ];
  const { pk, sk } = recordKey(payloadId);
  const conditions: readonly Expression[] = [
    ...(pk && sk ? [[`"pk" = ?`, pk] as const, [`"sk" = ?`, sk] as const] : []),
    ...where,
  ];
  const text = [
    `UPDATE "${table}"`,
    ...assignments.map(([assignment]) => `SET ${assignment}`),
    ...remove.map((name) => `REMOVE "${name}"`),
    `WHERE ${conditions.map(([condition]) => condition).join(" AND ")}`,
    "RETURNING ALL NEW *",
  ].join(" ");
  return { text, parameters: [...assignments, ...conditions].flatMap(([, ...values]) => values) };
}
