/** A table of records: headings, rows, a choice of rows, the next page. */
import type { ComponentChildren } from "preact";

export interface Column<Row> {
  readonly key: string;
  readonly header: ComponentChildren;
  readonly cell: (row: Row) => ComponentChildren;
  /** `number`: right-aligned. `wide`: takes what is left. */
  readonly kind?: "number" | "wide" | "text";
  /** The row's name, read out with each of its cells. */
  readonly isName?: boolean;
}

export interface Selection {
  readonly chosen: ReadonlySet<string>;
  readonly onChange: (chosen: ReadonlySet<string>) => void;
  /** The row for people: `payload sar/workflow-mirror/S1`. */
  readonly label: (key: string) => string;
}

interface TableProps<Row> {
  /** Names the table for those who cannot see where it stands. */
  readonly caption: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly rowKey: (row: Row) => string;
  readonly rowClass?: (row: Row) => string | undefined;
  readonly selection?: Selection | undefined;
  readonly hasMore?: boolean;
  readonly isLoading?: boolean;
  readonly onMore?: (() => void) | undefined;
}

export function Table<Row>(props: TableProps<Row>) {
  const { caption, columns, rows, rowKey, rowClass, selection } = props;
  const keys = rows.map(rowKey);
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section class="table-frame" aria-label={caption} tabIndex={0}>
        <table class="table">
          <caption class="unseen">{caption}</caption>
          <thead>
            <tr>
              {selection && (
                <th scope="col" class="choice">
                  <ChooseAll keys={keys} selection={selection} />
                </th>
              )}
              {columns.map(({ key, header, kind }) => (
                <th key={key} scope="col" class={kind ?? ""}>
                  {header}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row, index) => (
              <Line
                key={keys[index] ?? ""}
                row={row}
                id={keys[index] ?? ""}
                columns={columns}
                rowClass={rowClass}
                selection={selection}
              />
            ))}
          </tbody>
        </table>
      </section>
      <More {...props} />
    </>
  );
}

interface LineProps<Row> {
  readonly row: Row;
  readonly id: string;
  readonly columns: readonly Column<Row>[];
  readonly rowClass: ((row: Row) => string | undefined) | undefined;
  readonly selection: Selection | undefined;
}

function Line<Row>({ row, id, columns, rowClass, selection }: LineProps<Row>) {
  return (
    <tr class={rowClass?.(row) ?? ""} aria-selected={selection ? selection.chosen.has(id) : undefined}>
      {selection && (
        <td class="choice">
          <input
            type="checkbox"
            aria-label={`Choose ${selection.label(id)}`}
            checked={selection.chosen.has(id)}
            onChange={() => selection.onChange(toggled(selection.chosen, id))}
          />
        </td>
      )}
      {columns.map(({ key, cell, kind, isName }) =>
        isName === true ? (
          <th key={key} scope="row" class={kind ?? ""}>
            {cell(row)}
          </th>
        ) : (
          <td key={key} class={kind ?? ""}>
            {cell(row)}
          </td>
        ),
      )}
    </tr>
  );
}

function ChooseAll({ keys, selection }: { readonly keys: readonly string[]; readonly selection: Selection }) {
  const all = keys.length > 0 && keys.every((key) => selection.chosen.has(key));
  const some = !all && keys.some((key) => selection.chosen.has(key));
  return (
    <input
      type="checkbox"
      aria-label="Choose all rows that are shown"
      checked={all}
      indeterminate={some}
      onChange={() => selection.onChange(all ? new Set() : new Set(keys))}
    />
  );
}

export function toggled(chosen: ReadonlySet<string>, key: string): ReadonlySet<string> {
  const next = new Set(chosen);
  if (!next.delete(key)) next.add(key);
  return next;
}

function More<Row>({ rows, hasMore = false, isLoading = false, onMore }: TableProps<Row>) {
  if (!onMore) return null;
  return (
    <div class="more">
      <span class="faint">
        {rows.length} shown{hasMore ? ", there are more" : ""}
      </span>
      {hasMore && (
        <button type="button" class="button" onClick={onMore} disabled={isLoading}>
          {isLoading ? "Loading…" : "Show more"}
        </button>
      )}
    </div>
  );
}
