/** Wait: sleeps from the moment it was entered, or to a moment; a resumed run sleeps the rest. */

import type { Json } from "../../json.ts";
import { effectiveInput, filteredOutput, readNumber } from "../data-flow.ts";
import { EvaluationError } from "../errors.ts";
import type { WaitState } from "../model.ts";
import { readPath } from "../paths.ts";
import type { Outcome } from "../retry.ts";
import { parseTimestamp } from "../timestamps.ts";
import { dataFor, sleepUntil, type Visit } from "../visit.ts";

export async function runWait(visit: Visit, state: WaitState): Promise<Outcome> {
  const input = effectiveInput(visit, state);
  if (visit.engine.memory.recall("WaitStateExited", visit.path) === undefined) {
    await sleepUntil(visit, endOf(visit, state, input));
  }
  return { output: filteredOutput(visit, state, input), next: state.next };
}

function endOf(visit: Visit, { until }: WaitState, input: Json): number {
  const data = dataFor(visit, input, 1, "Wait");
  if ("seconds" in until) {
    return Date.parse(visit.enteredAt) + readNumber(until.seconds, data, "SecondsPath", 0) * 1000;
  }
  if (typeof until.timestamp === "number") return until.timestamp;
  const end = parseTimestamp(readPath(until.timestamp, data));
  if (end === undefined) throw new EvaluationError(`TimestampPath '${until.timestamp.text}' holds no timestamp.`);
  return end;
}
