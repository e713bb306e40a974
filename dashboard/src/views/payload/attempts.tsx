/** Every execution of a payload, with how it ended and what can still be read of it. */
import type { Attempt, PayloadView } from "../../../../src/api/shapes/payloads.ts";
import { Duration, RunningDuration } from "../../parts/duration.tsx";
import { Moment } from "../../parts/moment.tsx";
import { StateMark } from "../../parts/state-mark.tsx";
import { Table } from "../../parts/table.tsx";
import { href } from "../../routes.ts";
import { documentText } from "./documents.ts";

export function Attempts({ payload }: { readonly payload: PayloadView }) {
  const { id, workflow, attempts } = payload;
  return (
    <Table
      caption="Executions of the payload, the newest first"
      rows={attempts.toReversed()}
      rowKey={({ execution }) => execution}
      columns={[
        { key: "attempt", header: "Attempt", kind: "number", cell: ({ attempt }) => attempt },
        { key: "state", header: "Led to", cell: ({ state }) => <StateMark state={state} /> },
        {
          key: "execution",
          header: "Execution",
          kind: "wide",
          isName: true,
          cell: ({ execution }) => <a href={href.execution(workflow, execution)}>{execution}</a>,
        },
        {
          key: "started",
          header: "Started",
          cell: ({ startedAt }) => (startedAt ? <Moment at={startedAt} exact /> : <span class="faint">not yet</span>),
        },
        { key: "duration", header: "Took", kind: "number", cell: (attempt) => <Took attempt={attempt} /> },
        { key: "documents", header: "Documents", cell: (attempt) => <Documents id={id} attempt={attempt} /> },
      ]}
    />
  );
}

function Took({ attempt: { startedAt, endedAt } }: { readonly attempt: Attempt }) {
  if (startedAt === undefined) return <Duration />;
  if (endedAt === undefined) return <RunningDuration since={startedAt} />;
  return <Duration ms={Math.max(0, Date.parse(endedAt) - Date.parse(startedAt))} />;
}

function Documents({ id, attempt }: { readonly id: string; readonly attempt: Attempt }) {
  const { execution, input, output } = attempt;
  const to = (kind: "input" | "output") =>
    `${href.payload(id, "documents")}&document=${encodeURIComponent(documentText({ kind, execution }))}`;
  if (!input && !output) return <span class="faint">expired</span>;
  return (
    <span class="button-line">
      {input && <a href={to("input")}>input</a>}
      {output && <a href={to("output")}>output</a>}
    </span>
  );
}
