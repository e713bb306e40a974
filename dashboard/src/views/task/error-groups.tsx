/** How a task failed, alike errors together; each leads to an execution in which it did. */
import type { ErrorGroupView } from "../../../../src/api/shapes/workflows.ts";
import { type Column, Table } from "../../parts/table.tsx";
import { href } from "../../routes.ts";

export function ErrorGroups({ errors }: { readonly errors: readonly ErrorGroupView[] }) {
  return (
    <Table
      caption="Errors, alike ones together"
      rows={errors}
      rowKey={({ error, message }) => `${error} ${message}`}
      columns={COLUMNS}
    />
  );
}

const COLUMNS: readonly Column<ErrorGroupView>[] = [
  { key: "count", header: "Tries", kind: "number", cell: ({ count }) => count.toLocaleString("en") },
  { key: "error", header: "Error", isName: true, cell: ({ error }) => error },
  { key: "message", header: "Message", kind: "wide", cell: ({ message }) => message },
  { key: "example", header: "Example", cell: ({ example }) => <Example example={example} /> },
];

function Example({ example: { workflow, execution, id, message } }: { readonly example: ErrorGroupView["example"] }) {
  if (workflow === undefined || execution === undefined) return <>{id}</>;
  return (
    <a class="nowrap" href={href.execution(workflow, execution, { step: id })} title={message}>
      see one
    </a>
  );
}
