/** An execution of a loop's task in a row: with which version it ran, when, how it ended, how long it took. */
import type { LoopExecutionView } from "../../../../src/api/shapes/loops.ts";
import type { Column } from "../../parts/table.tsx";
import { startedColumn, tookColumn } from "../../parts/when-columns.tsx";
import { href } from "../../routes.ts";
import { OutcomeMark } from "../loops/loop-marks.tsx";

/** What a list and a graph both know of an execution. */
export type ExecutionRow = Pick<LoopExecutionView, "id" | "version" | "startedAt" | "durationMs"> &
  Partial<Pick<LoopExecutionView, "endedAt" | "outcome" | "error" | "warnings" | "trigger" | "attempt" | "pinned">>;

const BASE: readonly Column<ExecutionRow>[] = [
  {
    key: "version",
    header: "Version",
    isName: true,
    cell: ({ version, pinned }) => (
      <>
        <code>{version}</code>
        {pinned === true && <span class="faint"> pinned</span>}
      </>
    ),
  },
  startedColumn(true),
  { key: "outcome", header: "Status", cell: ({ outcome }) => <OutcomeMark outcome={outcome ?? "RUNNING"} /> },
  tookColumn(({ outcome }) => outcome === undefined),
  {
    key: "error",
    header: "Remarks",
    kind: "wide",
    cell: ({ error, warnings = [], trigger, attempt }) => (
      <>
        {trigger === "run-now" && <span class="faint">asked for; </span>}
        {trigger === "retry" && <span class="faint">try {attempt}; </span>}
        {error && `${error.name}: ${firstLine(error.message)}`}
        {warnings.map((warning) => (
          <div key={warning} class="faint">
            {warning}
          </div>
        ))}
      </>
    ),
  },
];

/** A message may be a page long; the execution's own part has all of it. */
function firstLine(text: string): string {
  const [first = ""] = text.split("\n", 1);
  return first.length > 160 ? `${first.slice(0, 160)}…` : first;
}

/** `showBelow`: the task of whose page the log is below; a list elsewhere leads there. */
export function executionColumns(
  task: string,
  showBelow: ((id: string) => void) | undefined,
): readonly Column<ExecutionRow>[] {
  const below: Column<ExecutionRow> = {
    key: "log",
    header: "Log",
    cell: ({ id, startedAt }) =>
      showBelow ? (
        <button
          type="button"
          class="button small"
          aria-label={`Show below the log of the execution of ${startedAt}`}
          onClick={() => showBelow(id)}
        >
          show below
        </button>
      ) : (
        <a href={href.loopTask(task, { execution: id })} aria-label={`Log of the execution of ${startedAt}`}>
          log
        </a>
      ),
  };
  return [...BASE.slice(0, 4), below, ...BASE.slice(4)];
}
