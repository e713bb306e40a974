/** What a worker and the process of a task of a TypeScript or JavaScript module tell each other: a line of JSON each way. */
import type { AttemptError } from "../../../bulk/attempt.ts";
import type { Json } from "../../../json.ts";
import type { WorkerFacts } from "../../../task/bulk/worker-data.ts";
import type { CheckedOutcome } from "../../../task/bulk/worker-outcome.ts";

export interface Assignment {
  readonly module: string;
  readonly exportName: string;
  readonly taskId: string;
  readonly taskData: Json;
  readonly facts: WorkerFacts;
  /** The folder in which notices appear as files. */
  readonly notices: string;
  /** The process ends after it. */
  readonly last: boolean;
}

/** How the task says that it ended; the same text that CIRRUS_OUTCOME takes from other languages. */
export type Report = CheckedOutcome | { readonly exception: AttemptError };

export interface Usage {
  /** Resident memory without the pages that processes share. */
  readonly memoryBytes?: number | undefined;
  readonly cpuMs?: number | undefined;
}

export type Answer = Usage & { readonly report: Report };
