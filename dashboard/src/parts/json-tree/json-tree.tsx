/** A JSON document as a tree: arrows move and open, search jumps, and what is chosen can be copied with its path. */
import { useEffect, useId, useMemo, useRef, useState } from "preact/hooks";
import { Copy } from "../copy.tsx";
import { copyTextOf, isFolder, openAtFirst, openTo, rowsOf, summaryOf, type TreeRow, typeOf } from "./fold.ts";
import { pathParts } from "./json-path.ts";
import { moved } from "./keys.ts";
import { TreeSearch } from "./tree-search.tsx";
import "./json-tree.css";

interface JsonTreeProps {
  readonly document: unknown;
  /** What it is: `input of attempt 2`. */
  readonly label: string;
}

/** A text is drawn so far; copying gives all of it. */
const MOST_SHOWN = 300;
const MOST_SHOWN_CHOSEN = 20_000;

export function JsonTree({ document, label }: JsonTreeProps) {
  const [open, setOpen] = useState(() => openAtFirst(document));
  const [active, setActive] = useState("$");
  const tree = useRef<HTMLDivElement>(null);
  const id = useId();
  const rows = useMemo(() => rowsOf(document, open), [document, open]);
  const at = Math.max(
    0,
    rows.findIndex(({ key }) => key === active),
  );
  const current = rows[at];
  useEffect(() => {
    setOpen(openAtFirst(document));
    setActive("$");
  }, [document]);
  useEffect(() => {
    const row = tree.current?.querySelector("[data-active]");
    if (row) scrollInto(tree.current, row);
  }, [active, open]);

  const toggle = (row: TreeRow) => setOpen((before) => toggledIn(before, row.key));
  const onKeyDown = (event: KeyboardEvent) => {
    const move = current && moved(event.key, rows, at);
    if (!move) return;
    event.preventDefault();
    if (move.toggles) toggle(current);
    else setActive(move.to);
  };
  const show = (path: string) => {
    const parts = pathParts(path);
    if (!parts) return;
    setOpen((before) => new Set([...before, ...openTo(document, parts)]));
    setActive(path);
  };
  return (
    <div class="json">
      <div class="json-tools">
        <TreeSearch document={document} onFound={show} />
        <Copy text={useMemo(() => copyTextOf(document), [document])} what="the document" label="Copy document" />
      </div>
      <div
        class="json-tree"
        role="tree"
        aria-label={label}
        aria-activedescendant={current ? `${id}-${at}` : undefined}
        tabIndex={0}
        ref={tree}
        onKeyDown={onKeyDown}
      >
        {rows.map((row, index) => (
          <Row
            key={row.key}
            id={`${id}-${index}`}
            row={row}
            isActive={index === at}
            onChoose={() => {
              setActive(row.key);
              if (row.kind !== "value") toggle(row);
            }}
          />
        ))}
      </div>
      {current && <Chosen row={current} />}
    </div>
  );
}

function toggledIn(open: ReadonlySet<string>, key: string): ReadonlySet<string> {
  const next = new Set(open);
  if (!next.delete(key)) next.add(key);
  return next;
}

/** Scrolls the tree alone, and not the page. */
function scrollInto(box: HTMLElement | null, row: Element): void {
  if (!box) return;
  const inside = box.getBoundingClientRect();
  const line = row.getBoundingClientRect();
  if (line.top < inside.top) box.scrollTop -= inside.top - line.top;
  else if (line.bottom > inside.bottom) box.scrollTop += line.bottom - inside.bottom;
}

interface RowProps {
  readonly id: string;
  readonly row: TreeRow;
  readonly isActive: boolean;
  readonly onChoose: () => void;
}

const MOST_INDENTED = 24;

function Row({ id, row, isActive, onChoose }: RowProps) {
  const hasChildren = row.kind !== "value" && row.size > 0;
  const summary = summaryOf(row);
  const most = isActive ? MOST_SHOWN_CHOSEN : MOST_SHOWN;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the tree has the focus and answers to keys
    // biome-ignore lint/a11y/useFocusableInteractive: the tree has the focus and names its active row
    <div
      id={id}
      class={isActive ? "json-row active" : "json-row"}
      data-active={isActive || undefined}
      role="treeitem"
      aria-level={row.level}
      aria-posinset={row.position}
      aria-setsize={row.siblings}
      aria-expanded={hasChildren ? row.isOpen : undefined}
      aria-selected={isActive}
      style={{ paddingInlineStart: `${Math.min(row.level, MOST_INDENTED) * 0.875}rem` }}
      onClick={onChoose}
    >
      <span class="json-turn" aria-hidden="true">
        {hasChildren ? (row.isOpen ? "▾" : "▸") : ""}
      </span>
      {row.label !== "" && <span class={row.kind === "range" ? "json-range" : "json-name"}>{row.label}</span>}
      {row.label !== "" && <span aria-hidden="true">: </span>}
      <span class={`json-${row.kind === "range" ? "folder" : typeOf(row.value)}`}>
        {summary.length > most ? `${summary.slice(0, most)}…` : summary}
      </span>
    </div>
  );
}

/** Undefined for a range: it is no value of the document. */
function Chosen({ row }: { readonly row: TreeRow }) {
  const value = useMemo(() => (row.kind === "range" ? undefined : copyTextOf(row.value)), [row]);
  return (
    <div class="json-chosen">
      <code>{row.path}</code>
      <span class="json-chosen-buttons">
        <Copy text={row.path} what="the path" label="Copy path" />
        {value !== undefined && (
          <Copy text={value} what="the value" label={isFolder(row.value) ? "Copy as JSON" : "Copy value"} />
        )}
      </span>
    </div>
  );
}
