/** Over the table: its order, its columns, saved views, and the command that lists the same. */
import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { navigate, setQuery } from "../../location.ts";
import { announce } from "../../parts/announce.ts";
import { Command } from "../../parts/copy.tsx";
import { BASE } from "../../routes.ts";
import { COLUMN_KEYS, COLUMNS, type ColumnKey, FIXED_COLUMNS } from "./columns.ts";
import { type Choice, searchOf } from "./filter.ts";
import { withoutSavedView, withSavedView } from "./saved-views.ts";
import { useSavedViews } from "./stored.ts";

interface ListToolsProps {
  readonly choice: Choice;
  readonly columns: readonly ColumnKey[];
  readonly onColumn: (key: ColumnKey) => void;
  readonly command: string;
}

export function ListTools({ choice, columns, onColumn, command }: ListToolsProps) {
  return (
    <div class="list-tools">
      <label>
        Order{" "}
        <select
          value={choice.order}
          onChange={({ currentTarget: { value } }) => setQuery({ order: value === "oldest" ? value : undefined }, {})}
        >
          <option value="newest">last changed first</option>
          <option value="oldest">longest unchanged first</option>
        </select>
      </label>
      <SavedViews choice={choice} />
      <Popover label="Columns">
        <fieldset class="column-choice">
          <legend>Columns</legend>
          {COLUMN_KEYS.map((key) => (
            <label key={key}>
              <input
                type="checkbox"
                checked={columns.includes(key)}
                disabled={FIXED_COLUMNS.includes(key)}
                onChange={() => onColumn(key)}
              />
              {COLUMNS[key]}
            </label>
          ))}
        </fieldset>
      </Popover>
      <Popover label="Command">
        <p>The same on the command line:</p>
        <Command line={command} />
      </Popover>
    </div>
  );
}

function SavedViews({ choice }: { readonly choice: Choice }) {
  const [views, change] = useSavedViews();
  const [name, setName] = useState("");
  const id = useId();
  const save = (event: Event) => {
    event.preventDefault();
    const named = name.trim();
    if (named === "") return;
    change((before) => withSavedView(before, { name: named, search: searchOf(choice) }));
    setName("");
    announce(`Saved as ${named}.`);
  };
  return (
    <Popover label="Saved views">
      {views.length === 0 && <p>None yet. Save the filters that you use every day.</p>}
      <ul class="saved-views">
        {views.map((view) => (
          <li key={view.name}>
            <button type="button" class="button small" onClick={() => navigate(`${BASE}/payloads${view.search}`)}>
              {view.name}
            </button>
            <button
              type="button"
              class="button small"
              aria-label={`Forget ${view.name}`}
              onClick={() => change((before) => withoutSavedView(before, view.name))}
            >
              ✕
            </button>
          </li>
        ))}
      </ul>
      <form class="save-view" onSubmit={save}>
        <label for={id}>Save what is shown as</label>
        <input
          id={id}
          value={name}
          maxLength={60}
          autoComplete="off"
          onInput={(event) => setName(event.currentTarget.value)}
        />
        <button type="submit" class="button" disabled={name.trim() === ""}>
          Save
        </button>
      </form>
    </Popover>
  );
}

interface PopoverProps {
  readonly label: string;
  readonly children: ComponentChildren;
}

/** Opens below its button; a click elsewhere or Escape closes it. */
function Popover({ label, children }: PopoverProps) {
  const element = useRef<HTMLDetailsElement>(null);
  const [isOpen, setOpen] = useState(false);
  useEffect(() => {
    if (!isOpen) return;
    const onPointer = (event: Event) => {
      if (event.target instanceof Node && !element.current?.contains(event.target)) setOpen(false);
    };
    document.addEventListener("pointerdown", onPointer);
    return () => document.removeEventListener("pointerdown", onPointer);
  }, [isOpen]);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Escape" || !isOpen) return;
    event.stopPropagation();
    setOpen(false);
    element.current?.querySelector("summary")?.focus();
  };
  return (
    <details
      class="popover"
      ref={element}
      open={isOpen}
      onToggle={(event) => setOpen(event.currentTarget.open)}
      onKeyDown={onKeyDown}
    >
      <summary class="button">{label}</summary>
      <div class="popover-content">{isOpen && children}</div>
    </details>
  );
}
