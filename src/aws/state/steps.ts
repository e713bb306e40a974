/**
 * Every write of a record appends one step to the record's own list, in the same single-item write: so the history is
 * as true as the state. The version of a step follows from its place in the list. A list that gets long is moved
 * away first, its transitions to items of their own.
 */
import type { PayloadRecord, Transition } from "../../state/state-store.ts";
import type { State } from "../../state/states.ts";
import { fromAttribute, type Item, type Plain, toItem } from "./attribute-values.ts";
import { transitionSort } from "./keys.ts";
import { toState } from "./record-item.ts";

/** About four lives of a payload. A write costs a unit for every kilobyte of its item, and a step has some 150 bytes. */
export const MOST_STEPS = 16;

export interface Step {
  /** Made up by the writer, who knows its own write by it when the answer was lost. */
  readonly write: string;
  /** Absent where the state stayed as it was. */
  readonly moved?: Move | undefined;
  /** Only where they change. */
  readonly run?: Run | undefined;
}

export interface Move {
  readonly to: State;
  readonly at: string;
  readonly actor: string;
  readonly reason: string;
}

export interface Run {
  readonly execution: string;
  readonly attempt: number;
  /** The state before, where no step before this one tells it. */
  readonly from?: State | undefined;
}

export function stepValue({ write, moved, run }: Step): Plain {
  return { write, ...moved, ...run };
}

/** The first step of a list that begins anew after `before`. */
export function firstStep(step: Step, before: PayloadRecord, next: PayloadRecord): Step {
  return { ...step, run: { execution: next.execution, attempt: next.attempt, from: before.state } };
}

interface StoredStep extends Partial<Move>, Partial<Run> {
  readonly write: string;
}

export function stepCount(item: Item): number {
  return item.steps?.L?.length ?? 0;
}

export function hasStep(item: Item, write: string): boolean {
  return item.steps?.L?.some((step) => step.M?.write?.S === write) ?? false;
}

/** The version that the first step of the list led to. */
export function firstVersion(item: Item): number {
  return Number(item.firstVersion?.N);
}

/** The transitions that the list of a record tells of, oldest first. */
export function transitionsOf(item: Item): readonly Transition[] {
  // Written by stepValue above and by nothing else.
  const steps = fromAttribute(item.steps ?? { L: [] }) as unknown as readonly StoredStep[];
  const payloadId = item.pk?.S ?? "";
  const [first] = steps;
  let from: State | "none" = first?.from ?? "none";
  let { execution = "", attempt = 0 } = first ?? {};
  return steps.flatMap((step, index) => {
    if (step.execution !== undefined) execution = step.execution;
    if (step.attempt !== undefined) attempt = step.attempt;
    if (step.to === undefined) return [];
    const { to, at = "", actor = "", reason = "" } = step;
    const transition = {
      payloadId,
      version: firstVersion(item) + index,
      from,
      to,
      execution,
      attempt,
      at,
      actor,
      reason,
    };
    from = to;
    return [transition];
  });
}

export function transitionItem(transition: Transition): Item {
  const { payloadId, ...rest } = transition;
  return toItem({ pk: payloadId, sk: transitionSort(transition.version), ...rest });
}

export function toTransition(item: Item): Transition {
  const text = (name: string) => item[name]?.S ?? "";
  const from = text("from");
  return {
    payloadId: text("pk"),
    version: Number(item.version?.N),
    from: from === "none" ? from : toState(from),
    to: toState(text("to")),
    execution: text("execution"),
    attempt: Number(item.attempt?.N),
    at: text("at"),
    actor: text("actor"),
    reason: text("reason"),
  };
}
