/** The table of payloads. Arrows move from row to row, space selects, shift extends, Enter opens. */
import { Fragment } from "preact";
import { useRef } from "preact/hooks";
import type { PayloadRow } from "../../../../src/api/shapes/payloads.ts";
import type { Pages } from "../../api/use-query.ts";
import { Duration, RunningDuration } from "../../parts/duration.tsx";
import { Moment } from "../../parts/moment.tsx";
import { StateMark } from "../../parts/state-mark.tsx";
import { href } from "../../routes.ts";
import { COLUMNS, type ColumnKey } from "./columns.ts";
import { errorHead } from "./error-head.ts";
import { extended, isSelected, type Selection, selectedOfShown, shownToggled, toggled } from "./selection.ts";

interface PayloadTableProps {
  readonly pages: Pages<PayloadRow>;
  readonly columns: readonly ColumnKey[];
  readonly selection: Selection;
  readonly onSelect: (selection: Selection) => void;
}

const KINDS: Partial<Record<ColumnKey, string>> = {
  attempt: "number",
  duration: "number",
  id: "payload-id",
  error: "wide",
};

export function PayloadTable({ pages, columns, selection, onSelect }: PayloadTableProps) {
  const shown = pages.rows.map(({ id }) => id);
  const ofShown = selectedOfShown(selection, shown);
  const select = (id: string, extends_: boolean) =>
    onSelect(extends_ ? extended(selection, id, shown) : toggled(selection, id, shown));
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section class="table-frame" aria-label="Payloads" tabIndex={0}>
        <table class="table payload-table">
          <caption class="unseen">Payloads. In a row, arrow keys go to the next, and the space bar selects.</caption>
          <thead>
            <tr>
              <th scope="col" class="choice">
                <input
                  type="checkbox"
                  aria-label="Select all rows that are shown"
                  checked={ofShown === "all"}
                  indeterminate={ofShown === "some"}
                  onChange={() => onSelect(shownToggled(selection, shown))}
                />
              </th>
              {columns.map((key) => (
                <th key={key} scope="col" class={KINDS[key] ?? ""}>
                  {COLUMNS[key]}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {pages.rows.map((row) => (
              <PayloadLine
                key={row.id}
                row={row}
                columns={columns}
                selected={isSelected(selection, row.id)}
                onSelect={select}
              />
            ))}
          </tbody>
        </table>
      </section>
      <div class="more">
        <span class="faint">
          {shown.length} shown{pages.hasMore ? ", there are more" : ""}
        </span>
        {pages.hasMore && (
          <button type="button" class="button" onClick={pages.more} disabled={pages.isLoading}>
            {pages.isLoading ? "Loading…" : "Show more"}
          </button>
        )}
      </div>
    </>
  );
}

interface PayloadLineProps {
  readonly row: PayloadRow;
  readonly columns: readonly ColumnKey[];
  readonly selected: boolean;
  readonly onSelect: (id: string, extend: boolean) => void;
}

function PayloadLine({ row, columns, selected, onSelect }: PayloadLineProps) {
  const line = useRef<HTMLTableRowElement>(null);
  const withShift = useRef(false);
  const onKeyDown = (event: KeyboardEvent) => {
    const onLink = event.target instanceof HTMLAnchorElement;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      focusBeside(line.current, event.key === "ArrowDown", onLink ? "a" : "input");
    } else if (event.key === " " && onLink) {
      event.preventDefault();
      onSelect(row.id, event.shiftKey);
    }
  };
  return (
    <tr ref={line} class={selected ? "selected" : ""} onKeyDown={onKeyDown}>
      <td class="choice">
        <input
          type="checkbox"
          aria-label={`Select payload ${row.id}`}
          checked={selected}
          onClick={(event) => {
            withShift.current = event.shiftKey;
          }}
          onChange={() => onSelect(row.id, withShift.current)}
        />
      </td>
      {columns.map((key) =>
        key === "id" ? (
          <th key={key} scope="row" class="payload-id">
            <a href={href.payload(row.id)}>
              <BreakableId id={row.id} />
            </a>
          </th>
        ) : (
          <td key={key} class={KINDS[key] ?? ""}>
            <Cell column={key} row={row} />
          </td>
        ),
      )}
    </tr>
  );
}

/** To the row above or below, in the same column. */
function focusBeside(line: HTMLElement | null, isBelow: boolean, selector: string): void {
  const beside = isBelow ? line?.nextElementSibling : line?.previousElementSibling;
  beside?.querySelector<HTMLElement>(selector)?.focus();
}

/** May go to the next line after each slash. */
function BreakableId({ id }: { readonly id: string }) {
  return id.split(/(?<=\/)/).map((part, at) => (
    <Fragment key={at}>
      {part}
      <wbr />
    </Fragment>
  ));
}

function Cell({ column, row }: { readonly column: Exclude<ColumnKey, "id">; readonly row: PayloadRow }) {
  switch (column) {
    case "state":
      return <StateMark state={row.state} />;
    case "workflow":
      return <a href={href.workflow(row.workflow)}>{row.workflow}</a>;
    case "collections":
      return row.collections;
    case "organisation":
      return row.organisation ?? <span class="faint">–</span>;
    case "updated":
      return <Moment at={row.updated} />;
    case "created":
      return <Moment at={row.created} />;
    case "attempt":
      return row.attempt;
    case "duration":
      return row.state === "PROCESSING" && row.startedAt !== undefined ? (
        <RunningDuration since={row.startedAt} />
      ) : (
        <Duration ms={row.durationMs} />
      );
    case "error":
      return row.error ? (
        <span class="error-head" title={`${row.error.error}: ${row.error.cause}`}>
          {errorHead(row.error)}
        </span>
      ) : null;
  }
}
