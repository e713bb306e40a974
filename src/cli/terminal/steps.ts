/** What a payload's execution is doing right now, for the progress display. */
import type { EmbeddedExecutions } from "../../embedded/executions/executions.ts";
import type { StepOf } from "./progress.ts";

/** The innermost state: of a Parallel or Map, what runs in it. */
export function stepOfLive(executions: Pick<EmbeddedExecutions, "live">): StepOf {
  return ({ record }) => {
    if (!record || (record.state !== "PROCESSING" && record.state !== "CLAIMED")) return undefined;
    const innermost = executions.live({ workflow: record.workflow, name: record.execution }).at(-1);
    return innermost && { state: innermost.state, tries: innermost.attempt };
  };
}
