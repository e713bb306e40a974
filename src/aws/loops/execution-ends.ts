/**
 * How executions ended, said by the machine that ran them before it goes away. Whoever drives the loop records it: a machine
 * has no right to change a loop, and what it says may be larger than what a state machine passes on.
 */
import { TransientError } from "../../errors.ts";
import type { ExecutionEnd } from "../../loop/loop-execution.ts";
import type { ObjectStore } from "../../payload/object-store.ts";
import type { LoopUrls } from "../../payload/object-urls.ts";

export interface ExecutionEnds {
  /** The first word counts: an execution ends once. */
  say(execution: string, end: ExecutionEnd): Promise<void>;
  /** Undefined where nobody has said anything. */
  read(execution: string): Promise<ExecutionEnd | undefined>;
}

export interface ExecutionEndsPorts {
  readonly objects: Pick<ObjectStore, "get" | "put">;
  readonly urls: Pick<LoopUrls, "end">;
}

export function makeExecutionEnds({ objects, urls }: ExecutionEndsPorts): ExecutionEnds {
  return {
    async say(execution, end) {
      await objects.put(urls.end(execution), JSON.stringify(end), { contentType: "application/json", ifAbsent: true });
    },
    async read(execution) {
      const url = urls.end(execution);
      const got = await objects.get(url);
      if (got.outcome === "missing") return undefined;
      if (got.outcome !== "found") throw new TransientError(`${url} cannot be read: it is ${got.outcome}.`);
      return JSON.parse(new TextDecoder().decode(got.body)) as ExecutionEnd; // as it was written above
    },
  };
}
