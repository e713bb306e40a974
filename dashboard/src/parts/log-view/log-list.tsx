/** The lines that are shown. The list is one stop of the Tab key; arrow keys choose a line in it, Enter folds its fields out. */
import type { RefObject } from "preact";
import { useId } from "preact/hooks";
import { usePreferences } from "../preferences.ts";
import { VirtualList, type VirtualListHandle } from "../virtual-list/virtual-list.tsx";
import type { Hits } from "./hits.ts";
import type { LineStore } from "./line-store.ts";
import { LogRow } from "./log-row.tsx";
import type { ShownLines } from "./shown-lines.ts";

interface LogListProps {
  readonly store: LineStore;
  readonly shown: ShownLines;
  readonly layoutKey: string;
  readonly wraps: boolean;
  readonly hasTime: boolean;
  readonly hits: Hits;
  /** The number of the chosen line, from 0. */
  readonly chosen: number | undefined;
  readonly open: ReadonlySet<number>;
  readonly handle: RefObject<VirtualListHandle | null>;
  readonly isFollowing: boolean;
  readonly onScrolled: (isAtEnd: boolean) => void;
  readonly onChoose: (line: number) => void;
  readonly onFold: (line: number) => void;
}

const ROW_PIXELS = 20;

export function LogList(props: LogListProps) {
  const { store, shown, wraps, hasTime, hits, chosen, open, handle, onChoose, onFold } = props;
  const { zone } = usePreferences();
  const id = useId();
  const count = shown.count();
  const rowId = (line: number) => `${id}-${line}`;

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if ((event.key === "Enter" || event.key === " ") && chosen !== undefined) {
      event.preventDefault();
      return onFold(chosen);
    }
    const [first, end] = handle.current?.shown() ?? [0, 1];
    const at = chosen === undefined ? first - 1 : shown.positionOf(chosen);
    const to = target(event.key, at, end - first, count);
    if (to === undefined || count === 0) return;
    event.preventDefault();
    const position = Math.min(count - 1, Math.max(0, to));
    onChoose(shown.at(position));
    handle.current?.show(position);
  };
  const onClick = (event: MouseEvent) => {
    if (!(event.target instanceof Element) || window.getSelection()?.isCollapsed === false) return;
    const line = Number(event.target.closest<HTMLElement>("[data-line]")?.dataset.line ?? "none");
    if (Number.isNaN(line)) return;
    onChoose(line);
    if (event.target.closest("[data-fold], .log-fields")) onFold(line);
  };
  const drawn = chosen === undefined ? undefined : rowId(chosen);
  return (
    <VirtualList
      count={count}
      rowHeight={ROW_PIXELS}
      layoutKey={props.layoutKey}
      handle={handle}
      isFollowing={props.isFollowing}
      onScrolled={props.onScrolled}
      attributes={{
        class: `virtual log-list${wraps ? " log-wraps" : ""}`,
        role: "listbox",
        tabIndex: 0,
        "aria-label": "Lines of the log",
        "aria-activedescendant": drawn,
        onKeyDown,
        onClick,
      }}
      renderRow={(position) => {
        const index = shown.at(position);
        const line = store.line(index);
        return line === undefined ? null : (
          <LogRow
            key={index}
            id={rowId(index)}
            index={index}
            position={position}
            count={count}
            line={line}
            zone={zone}
            hasTime={hasTime}
            isChosen={index === chosen}
            isOpen={open.has(index)}
            hit={hits.in(index)}
          />
        );
      }}
    />
  );
}

function target(key: string, at: number, screen: number, count: number): number | undefined {
  if (key === "ArrowDown") return at + 1;
  if (key === "ArrowUp") return at - 1;
  if (key === "PageDown") return at + screen;
  if (key === "PageUp") return at - screen;
  if (key === "Home") return 0;
  return key === "End" ? count - 1 : undefined;
}
