/** What went wrong in a bulk run, alike errors together, each with an example to look at. */
import type { ErrorGroupView } from "../../../../src/api/shapes/workflows.ts";
import { type Column, Table } from "../../parts/table.tsx";
import { href } from "../../routes.ts";

interface ErrorTableProps {
  readonly run: string;
  readonly errors: readonly ErrorGroupView[];
}

export function ErrorTable({ run, errors }: ErrorTableProps) {
  return (
    <Table
      caption="Errors, alike ones together"
      rows={errors}
      rowKey={({ error, message }) => `${error} ${message}`}
      columns={columns(run)}
    />
  );
}

function columns(run: string): readonly Column<ErrorGroupView>[] {
  return [
    { key: "count", header: "Attempts", kind: "number", cell: ({ count }) => count.toLocaleString("en") },
    { key: "error", header: "Error", isName: true, cell: ({ error }) => error },
    { key: "message", header: "Message", kind: "wide", cell: ({ message }) => message },
    {
      key: "example",
      header: "Example",
      cell: ({ example }) => (
        <div class="entry-id">
          <a href={href.bulkRun(run, { entry: example.id })}>{example.id}</a>
        </div>
      ),
    },
  ];
}
