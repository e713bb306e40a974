/** The chosen step: how long, which tries, what went wrong. */
import type { Step, StepTry } from "../../../../src/api/shapes/executions.ts";
import { Duration } from "../../parts/duration.tsx";
import { Moment } from "../../parts/moment.tsx";
import { StateMark } from "../../parts/state-mark.tsx";
import { type Column, Table } from "../../parts/table.tsx";
import { href } from "../../routes.ts";

export function StepPanel({ step }: { readonly step: Step }) {
  const { label, type, task, status, enteredAt, durationMs, tries, error } = step;
  return (
    <section class="step-panel" aria-label={`The step ${label}`}>
      <h2>{label}</h2>
      <p>
        {type} <StateMark state={status} /> entered <Moment at={enteredAt} exact />, took <Duration ms={durationMs} />
        {task !== undefined && (
          <>
            , ran the task <a href={href.task(task)}>{task}</a>
          </>
        )}
      </p>
      {error && (
        <p class="cause">
          <strong>{error.error}</strong>: {error.cause}
        </p>
      )}
      {tries.length > 0 && (
        <Table caption={`Tries of ${label}`} columns={COLUMNS} rows={tries} rowKey={({ attempt }) => String(attempt)} />
      )}
    </section>
  );
}

const span = (from: string | undefined, until: string | undefined): number | undefined =>
  from === undefined || until === undefined ? undefined : Math.max(0, Date.parse(until) - Date.parse(from));

const COLUMNS: readonly Column<StepTry>[] = [
  { key: "attempt", header: "Try", kind: "number", isName: true, cell: ({ attempt }) => attempt },
  { key: "status", header: "Status", cell: ({ status }) => <StateMark state={status} /> },
  { key: "asked", header: "Asked for", cell: ({ scheduledAt }) => <Moment at={scheduledAt} exact /> },
  {
    key: "queued",
    header: "Waited",
    kind: "number",
    cell: ({ scheduledAt, startedAt }) => <Duration ms={span(scheduledAt, startedAt)} />,
  },
  {
    key: "ran",
    header: "Ran",
    kind: "number",
    cell: ({ scheduledAt, startedAt, endedAt }) => <Duration ms={span(startedAt ?? scheduledAt, endedAt)} />,
  },
  { key: "error", header: "Error", kind: "wide", cell: ({ error }) => (error ? `${error.error}: ${error.cause}` : "") },
];
