/** Parts of a view of which one is shown: arrow keys go from tab to tab; which one it is stands in the URL. */
import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";
import { setQuery } from "../location.ts";

export interface Tab {
  readonly id: string;
  readonly label: ComponentChildren;
  readonly content: () => ComponentChildren;
}

interface TabsProps {
  /** Names the row of tabs. */
  readonly label: string;
  readonly tabs: readonly Tab[];
  /** What the URL says; the first tab where it says nothing or something unknown. */
  readonly chosen: string | null | undefined;
  /** The name in the URL's query. */
  readonly name?: string;
}

export function Tabs({ label, tabs, chosen, name = "tab" }: TabsProps) {
  const list = useRef<HTMLDivElement>(null);
  const current = tabs.find(({ id }) => id === chosen) ?? tabs[0];
  if (!current) return null;
  const choose = (tab: Tab | undefined) => {
    if (tab) setQuery({ [name]: tab === tabs[0] ? undefined : tab.id });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const to = target(event.key, tabs.indexOf(current), tabs.length);
    if (to === undefined) return;
    event.preventDefault();
    choose(tabs[to]);
    list.current?.querySelectorAll<HTMLElement>("[role=tab]")[to]?.focus();
  };
  return (
    <>
      <div class="tabs" role="tablist" aria-label={label} ref={list} onKeyDown={onKeyDown}>
        {tabs.map((tab) => (
          <button
            key={tab.id}
            type="button"
            role="tab"
            id={`tab-${name}-${tab.id}`}
            aria-selected={tab === current}
            aria-controls={`panel-${name}`}
            tabIndex={tab === current ? 0 : -1}
            onClick={() => choose(tab)}
          >
            {tab.label}
          </button>
        ))}
      </div>
      <div class="panel" role="tabpanel" id={`panel-${name}`} aria-labelledby={`tab-${name}-${current.id}`}>
        {current.content()}
      </div>
    </>
  );
}

function target(key: string, at: number, count: number): number | undefined {
  if (key === "ArrowRight") return (at + 1) % count;
  if (key === "ArrowLeft") return (at + count - 1) % count;
  if (key === "Home") return 0;
  if (key === "End") return count - 1;
  return undefined;
}
