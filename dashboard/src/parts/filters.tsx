/** What a list is narrowed by, as chips that stand in the URL: each can be taken away, and another added. */
import { useState } from "preact/hooks";
import { setQuery } from "../location.ts";
import { announce } from "./announce.ts";

export interface FilterField {
  /** In the URL and in the API's query alike. */
  readonly name: string;
  readonly label: string;
  /** Where only these can be chosen. */
  readonly options?: readonly { readonly value: string; readonly label: string }[] | undefined;
  /** An example, for a field of text. */
  readonly placeholder?: string | undefined;
}

interface FiltersProps {
  readonly fields: readonly FilterField[];
  readonly query: URLSearchParams;
  /** Names in the URL that a change takes away: a place in the list that was left. */
  readonly resets?: readonly string[];
}

export function Filters({ fields, query, resets = [] }: FiltersProps) {
  const [name, setName] = useState(fields[0]?.name ?? "");
  const [value, setValue] = useState("");
  const field = fields.find((one) => one.name === name);
  const active = fields.filter((one) => (query.get(one.name) ?? "") !== "");
  const cleared = Object.fromEntries(resets.map((one) => [one, undefined]));
  const set = (which: string, to: string | undefined) => setQuery({ ...cleared, [which]: to }, {});
  const add = (event: Event) => {
    event.preventDefault();
    if (value.trim() === "") return;
    set(name, value.trim());
    setValue("");
    announce(`Filtered by ${field?.label ?? name}.`);
  };
  return (
    <div class="filters">
      <form class="filter-add" onSubmit={add}>
        {fields.length === 1 ? (
          <span aria-hidden="true">{field?.label}</span>
        ) : (
          <select aria-label="Filter by" value={name} onChange={(event) => setName(event.currentTarget.value)}>
            {fields.map((one) => (
              <option key={one.name} value={one.name}>
                {one.label}
              </option>
            ))}
          </select>
        )}
        {field?.options ? (
          <select
            aria-label={field.label}
            value={query.get(name) ?? ""}
            onChange={(event) => set(name, event.currentTarget.value)}
          >
            <option value="">any</option>
            {field.options.map((option) => (
              <option key={option.value} value={option.value}>
                {option.label}
              </option>
            ))}
          </select>
        ) : (
          <>
            <input
              aria-label={field?.label ?? name}
              placeholder={field?.placeholder}
              value={value}
              onInput={(event) => setValue(event.currentTarget.value)}
            />
            <button type="submit" class="button">
              Filter
            </button>
          </>
        )}
      </form>
      {active.length > 0 && (
        <ul class="chips" aria-label="Filters that are set">
          {active.map((one) => (
            <li key={one.name}>
              <button type="button" class="chip" onClick={() => set(one.name, undefined)}>
                {one.label}: <strong>{shown(one, query.get(one.name) ?? "")}</strong>
                <span aria-hidden="true"> ✕</span>
                <span class="unseen">, take this filter away</span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function shown({ options }: FilterField, value: string): string {
  return options?.find((option) => option.value === value)?.label ?? value;
}
