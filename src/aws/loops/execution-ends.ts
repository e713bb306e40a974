/**
 * What machines say of the executions that they run: that they have begun, and how it ended, before they go away. Whoever
 * drives the loop records the end: a machine has no right to change a loop, and what it says may be larger than what a state
 * machine passes on.
 */
import { TransientError } from "../../errors.ts";
import type { ExecutionEnd } from "../../loop/loop-execution.ts";
import type { ObjectStore } from "../../payload/object-store.ts";
import type { LoopUrls } from "../../payload/object-urls.ts";

export interface ExecutionEnds {
  /** False where another machine has begun it: a job or a call that comes twice must not run anything twice. */
  begin(execution: string): Promise<boolean>;
  /** The first word counts: an execution ends once. */
  say(execution: string, end: ExecutionEnd): Promise<void>;
  /** Undefined where nobody has said anything. */
  read(execution: string): Promise<ExecutionEnd | undefined>;
}

export interface ExecutionEndsPorts {
  readonly objects: Pick<ObjectStore, "get" | "put">;
  readonly urls: Pick<LoopUrls, "begun" | "end">;
  /** A text that nobody else makes up. */
  readonly newId: () => string;
}

export function makeExecutionEnds({ objects, urls, newId }: ExecutionEndsPorts): ExecutionEnds {
  return {
    async begin(execution) {
      const url = urls.begun(execution);
      const own = newId();
      if ((await objects.put(url, own, { ifAbsent: true })) === "stored") return true;
      // A call whose answer was lost is made again, and finds what it stored.
      const got = await objects.get(url);
      return got.outcome === "found" && new TextDecoder().decode(got.body) === own;
    },
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
