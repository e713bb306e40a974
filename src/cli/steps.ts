/** What a payload's execution is doing right now, for the progress display. */
import type { Executions } from "../executions/executions.ts";
import type { StepOf } from "./progress.ts";

/** The part of the embedded executions that knows what this process runs at the moment. */
export interface LiveExecutions extends Executions {
  live(key: { readonly workflow: string; readonly name: string }): readonly LiveState[];
}

export interface LiveState {
  readonly state: string;
  /** 1 for the first try. */
  readonly attempt: number;
}

/** The innermost state: of a Parallel or Map, what runs in it. */
export function stepOfLive(executions: LiveExecutions): StepOf {
  return ({ record }) => {
    if (!record || (record.state !== "PROCESSING" && record.state !== "CLAIMED")) return undefined;
    const innermost = executions.live({ workflow: record.workflow, name: record.execution }).at(-1);
    return innermost && { state: innermost.state, tries: innermost.attempt };
  };
}
