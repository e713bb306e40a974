/** What narrows the list: a field that understands what is typed, a button for each state, and every other filter as a chip. */
import { useId, useState } from "preact/hooks";
import type { PayloadFilter } from "../../../../src/api/shapes/payloads.ts";
import type { WorkflowList } from "../../../../src/api/shapes/workflows.ts";
import { useQuery } from "../../api/use-query.ts";
import { setQuery } from "../../location.ts";
import { type FilterField, Filters } from "../../parts/filters.tsx";
import { StateMark } from "../../parts/state-mark.tsx";
import { FILTER_KEYS, FILTER_NAMES, STATE_NAMES } from "./filter.ts";
import { withTyped } from "./typed-search.ts";

interface PayloadFiltersProps {
  readonly query: URLSearchParams;
  readonly filter: PayloadFilter;
}

export function PayloadFilters({ query, filter }: PayloadFiltersProps) {
  const workflows = useQuery<WorkflowList>("/v1/workflows");
  const names = workflows.data?.workflows.map(({ name }) => name) ?? [];
  return (
    <>
      <SearchField filter={filter} />
      <StateButtons filter={filter} />
      <Filters fields={fieldsFor(names)} query={query} />
    </>
  );
}

const EXAMPLES: Readonly<Record<string, string>> = {
  collections: "sentinel-2-l2a",
  organisation: "zzebu",
  idPrefix: "sentinel-2-l2a/workflow-",
  errorPrefix: "States.Timeout",
  since: "24h",
  until: "2030-01-31T12:00Z",
};

/** All but the state, which has buttons. */
function fieldsFor(workflows: readonly string[]): readonly FilterField[] {
  return FILTER_KEYS.filter((name) => name !== "state").map((name) => ({
    name,
    label: FILTER_NAMES[name],
    placeholder: EXAMPLES[name],
    ...(name === "workflow" &&
      workflows.length > 0 && { options: workflows.map((value) => ({ value, label: value })) }),
  }));
}

function SearchField({ filter }: { readonly filter: PayloadFilter }) {
  const [text, setText] = useState("");
  const [message, setMessage] = useState<string>();
  const id = useId();
  const search = (event: Event) => {
    event.preventDefault();
    const typed = withTyped(filter, text);
    if (typed.outcome === "not understood") {
      setMessage(typed.message);
      return;
    }
    setMessage(undefined);
    setText("");
    setQuery(Object.fromEntries(FILTER_KEYS.map((key) => [key, typed.filter[key]])), {});
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: <search> is not known to all browsers that this page is for
    <form class="payload-search" role="search" onSubmit={search}>
      <input
        type="search"
        aria-label="Search payloads"
        aria-describedby={id}
        aria-invalid={message !== undefined}
        placeholder="Beginning of an ID, or error:Timeout since:24h"
        autoComplete="off"
        spellcheck={false}
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
      />
      <button type="submit" class="button">
        Search
      </button>
      <p
        id={id}
        class={message === undefined ? "faint" : "payload-search-problem"}
        role={message === undefined ? undefined : "alert"}
      >
        {message ?? (
          <>
            Also <code>state:failed</code> <code>workflow:mirror</code> <code>org:zzebu</code>{" "}
            <code>collections:…</code> <code>until:…</code>
          </>
        )}
      </p>
    </form>
  );
}

function StateButtons({ filter }: { readonly filter: PayloadFilter }) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset would announce each button with a form that there is not
    <div class="state-buttons" role="group" aria-label="State">
      {STATE_NAMES.map((state) => (
        <button
          key={state}
          type="button"
          class="button small"
          aria-pressed={filter.state === state}
          onClick={() => setQuery({ state: filter.state === state ? undefined : state }, {})}
        >
          <StateMark state={state} />
        </button>
      ))}
    </div>
  );
}
