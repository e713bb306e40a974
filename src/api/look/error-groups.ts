/** What went wrong, grouped: messages that differ only in numbers and IDs are one. */
import { oneLine } from "../../bulk/one-line.ts";
import { generalize } from "../../queue/report/error-groups.ts";
import type { ErrorGroupView, TaskTryView } from "../shapes/workflows.ts";

const MOST_GROUPS = 50;

/** The most frequent first. */
export function groupErrors(tries: readonly TaskTryView[]): readonly ErrorGroupView[] {
  const groups = new Map<string, ErrorGroupView>();
  for (const { error: failure, workflow, execution, payloadId, path } of tries) {
    if (failure === undefined) continue;
    const said = oneLine(failure.cause);
    // An entry is what a bulk run calls it.
    const message = generalize(said, payloadId ?? "").replaceAll("<entry>", "<id>");
    const key = `${failure.error}\n${message}`;
    const known = groups.get(key);
    const example = { workflow, execution, id: path, message: said };
    groups.set(key, {
      error: failure.error,
      message: known === undefined || known.message === said ? said : message,
      count: (known?.count ?? 0) + 1,
      example: known?.example ?? example,
    });
  }
  return [...groups.values()].toSorted((a, b) => b.count - a.count).slice(0, MOST_GROUPS);
}
