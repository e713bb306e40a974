/** What actions need from the world: the ports of the functions, and whatever operators act on besides payloads. */
import type { ActionStore } from "../../actions/action-store.ts";
import type { BulkRuns } from "../../bulk/bulk-store.ts";
import type { DeadLetters, QueueName } from "../../events/dead-letters.ts";
import type { LoopControlStore, LoopDriverStore, LoopViewStore } from "../../loop/loop-store.ts";
import type { Repository } from "../../loop/sources.ts";
import type { FunctionPorts } from "../ports.ts";

export interface ActPorts {
  readonly functions: FunctionPorts;
  readonly actions: ActionStore;
  readonly deadLetters: Readonly<Record<QueueName, DeadLetters>>;
  readonly bulk?: ActBulk | undefined;
  readonly loops?: ActLoops | undefined;
}

export interface ActBulk {
  readonly runs: Pick<BulkRuns, "get" | "counts" | "setState" | "requeue" | "purge">;
}

export interface ActLoops {
  readonly store: LoopControlStore &
    Pick<LoopViewStore, "loops" | "tasks" | "execution"> &
    Pick<LoopDriverStore, "registration">;
}

/** What is looked up before an action begins, and never again. */
export interface BeginPorts extends ActPorts {
  readonly loops?: (ActLoops & CommitNames) | undefined;
}

export interface CommitNames {
  /** Whole, by the beginning of its hash; undefined where there is none. */
  resolveCommit(repository: Repository, name: string): Promise<string | undefined>;
}
