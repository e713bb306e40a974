/** Lets the worker's notices appear as files where a task looks for them: readable from any language, at any moment. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { NOTICES, type NoticeName } from "../../../task/bulk/worker-data.ts";
import { whenAborted } from "./task-limits.ts";
import { noticesFolder } from "./task-plans.ts";

/** The function that is returned ends it. */
export function forwardNotices(folder: string, signals: Readonly<Record<NoticeName, AbortSignal>>): () => void {
  const leavings = NOTICES.map((name) =>
    whenAborted(signals[name], () => {
      mkdirSync(noticesFolder(folder), { recursive: true });
      writeFileSync(join(noticesFolder(folder), name), "");
    }),
  );
  return () => {
    for (const leave of leavings) leave();
  };
}
