/** What the API needs from the world: the ports of the functions, and what only operators look through. */
import type { ActionStore } from "../actions/action-store.ts";
import type { BulkLogs, BulkRuns } from "../bulk/bulk-store.ts";
import type { DeadLetters, QueueName } from "../events/dead-letters.ts";
import type { MessageOutcomes } from "../events/message-outcomes.ts";
import type { QueueDepths } from "../events/queue-depths.ts";
import type { ExecutionLogs } from "../executions/execution-logs.ts";
import type { TaskSchemas } from "../executions/task-schemas.ts";
import type { Workflows } from "../executions/workflows.ts";
import type { FunctionPorts } from "../functions/ports.ts";
import type { ExecutionFiles } from "../loop/execution-files.ts";
import type { LoopControlStore, LoopDriverStore, LoopViewStore } from "../loop/loop-store.ts";
import type { Repository } from "../loop/sources.ts";

export interface ApiPorts {
  readonly functions: FunctionPorts;
  readonly workflows: Workflows;
  /** Undefined where nobody can know what the tasks take. */
  readonly taskSchemas?: TaskSchemas | undefined;
  readonly deadLetters: Readonly<Record<QueueName, DeadLetters>>;
  readonly queues: QueueDepths;
  readonly logs: ExecutionLogs;
  /** What became of messages, where that is kept apart from the log. */
  readonly messages?: MessageOutcomes | undefined;
  readonly actions: ActionStore;
  /** Has an action go on that was begun; it may take long, and nobody waits for it. */
  readonly continueAction: (id: string) => Promise<void>;
  readonly bulk?: ApiBulk | undefined;
  readonly loops?: ApiLoops | undefined;
}

export interface ApiBulk {
  readonly runs: BulkRuns;
  readonly logs: Pick<BulkLogs, "read">;
}

export interface ApiLoops {
  readonly store: LoopViewStore & LoopControlStore & Pick<LoopDriverStore, "registration">;
  readonly files: Pick<ExecutionFiles, "log" | "notebook">;
  /** What starts the loops where nobody drives them; undefined where that happens by itself. */
  readonly starts?: string | undefined;
  /** A commit of a task's repository by the beginning of its hash; undefined where there is none. */
  resolveCommit(repository: Repository, name: string): Promise<string | undefined>;
}

/** Who asks, as the server around the API knows. */
export interface Caller {
  readonly name: string;
  readonly mayOperate: boolean;
}

export interface ApiSettings {
  readonly version: string;
  /** As a part of a sentence: `here`, `in demo-prod (us-west-2)`. */
  readonly place: string;
  readonly service: string;
  readonly stage?: string | undefined;
  /** Options that lead a command of the command line here, with a space before them. */
  readonly flags: string;
  readonly live: "events" | "poll";
  /** `s3://` prefixes whose objects may be shown: previews of items. */
  readonly shownUrls: readonly string[];
  /** Origins whose pages may read this API; none unless configured. */
  readonly corsOrigins: readonly string[];
}
