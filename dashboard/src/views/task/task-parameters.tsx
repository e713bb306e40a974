/** What a payload may say to the task, in words. */
import type { TaskView } from "../../../../src/api/shapes/workflows.ts";
import { Coded } from "../../parts/coded.tsx";
import { Table } from "../../parts/table.tsx";

type Row = NonNullable<TaskView["parameterRows"]>[number];

export function TaskParameters({ task: { name, parameterRows: rows } }: { readonly task: TaskView }) {
  if (rows === undefined) return null;
  return (
    <>
      <h2>Parameters</h2>
      {rows.length === 0 ? (
        <p>The task takes none.</p>
      ) : (
        <Table<Row>
          caption={`Parameters of ${name}`}
          rows={rows}
          rowKey={(row) => row.name}
          columns={[
            { key: "name", header: "Parameter", isName: true, cell: (row) => <code>{row.name}</code> },
            { key: "type", header: "Type", cell: (row) => row.type },
            { key: "default", header: "Default", cell: (row) => <Default row={row} /> },
            { key: "meaning", header: "Meaning", kind: "wide", cell: (row) => <Coded text={row.meaning} /> },
          ]}
        />
      )}
    </>
  );
}

function Default({ row }: { readonly row: Row }) {
  if (row.default !== undefined) return <code>{row.default}</code>;
  return row.required ? <strong>required</strong> : <span class="faint">none</span>;
}
