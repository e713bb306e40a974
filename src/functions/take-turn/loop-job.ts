/** A task of a loop as a Batch job: its name, whose share it is of, and what it may use. */
import type { LoopExecution } from "../../loop/loop-execution.ts";

export interface LoopJob {
  readonly name: string;
  /** Batch's share identifier: the organisation, whatever its code is written with. */
  readonly share: string;
  /** After which Batch ends the job. */
  readonly timeoutSeconds: number;
  readonly resources: readonly { readonly Type: "VCPU" | "MEMORY"; readonly Value: string }[];
}

/** For checkout, environment and end; what the task itself may take is held by the program that runs it. */
const AROUND_SECONDS = 900;
/**
 * After which nobody waits for a job any more, be it that no machine was to be had for it: the longest that a task may take,
 * and six hours in the queue. The state machine waits as long (cloudformation/loops.yml).
 */
export const GIVE_UP_SECONDS = 31 * 3600;
/** Batch takes no less. */
const LEAST_TIMEOUT_SECONDS = 60;

const MIB = 1024 ** 2;
/** As much as is usual; more where a task says so, with room for what runs it. */
const USUAL_MIB = 2_048;
const OWN_MIB = 512;

export function jobOf({ id, task }: Pick<LoopExecution, "id" | "task">): LoopJob {
  const { timeoutSeconds, memoryBytes = 0 } = task.settings;
  const limit = Math.max(LEAST_TIMEOUT_SECONDS, Math.ceil(timeoutSeconds) + AROUND_SECONDS);
  const memory = Math.max(USUAL_MIB, Math.ceil(memoryBytes / MIB) + OWN_MIB);
  return {
    // Letters, digits, hyphens and underscores, 128 at most.
    name: `${plain(task.codops)}-${plain(task.name)}`.slice(0, 128 - id.length - 1).concat("-", id),
    // Letters and digits alone, 255 at most.
    share: task.codops.replaceAll(/[^A-Za-z0-9]/g, "").slice(0, 255) || "other",
    timeoutSeconds: limit,
    resources: [
      { Type: "VCPU", Value: "1" },
      { Type: "MEMORY", Value: String(memory) },
    ],
  };
}

function plain(text: string): string {
  return text.replaceAll(/[^A-Za-z0-9_-]/g, "-");
}
