/** The view "Payloads": which there are, narrowed by filters that stand in the address, and what to do with those that are chosen. */
import { useEffect, useState } from "preact/hooks";
import type { PayloadCount, PayloadRow } from "../../../../src/api/shapes/payloads.ts";
import { usePages, useQuery } from "../../api/use-query.ts";
import { commandLine, useInfo } from "../../info.ts";
import { announce } from "../../parts/announce.ts";
import { Empty } from "../../parts/empty.tsx";
import { filterWords } from "../../parts/equivalent-command.ts";
import { Loading } from "../../parts/loading.tsx";
import { Page } from "../../parts/page.tsx";
import { ProblemNote } from "../../parts/problem.tsx";
import { href, type ViewProps } from "../../routes.ts";
import { countText } from "./count-text.ts";
import { choiceOf, isEmptyFilter, parametersOf } from "./filter.ts";
import { ListTools } from "./list-tools.tsx";
import { PayloadFilters } from "./payload-filters.tsx";
import { PayloadTable } from "./payload-table.tsx";
import { NOTHING, type Selection } from "./selection.ts";
import { SelectionBar } from "./selection-bar.tsx";
import { useColumns } from "./stored.ts";
import "./payloads.css";

export default function Payloads({ query }: ViewProps) {
  const info = useInfo();
  const choice = choiceOf(query.toString());
  const parameters = parametersOf(choice);
  const { order: _, ...counted } = parameters;
  const list = usePages<PayloadRow>("/v1/payloads", { ...parameters, limit: 50 }, { live: true });
  const count = useQuery<PayloadCount>("/v1/payloads/count", counted, { live: true });
  const [columns, toggleColumn] = useColumns();
  const [selection, setSelection] = useState<Selection>(NOTHING);
  const chosen = JSON.stringify(counted);
  // What was selected was of the list before.
  useEffect(() => setSelection(NOTHING), [chosen]);
  useAnnouncedCount(count.data, chosen);

  const command = commandLine(info, ["payload", "list", ...filterWords(choice.filter)].join(" "));
  return (
    <Page title="Payloads" mark={<span class="faint">{count.data ? countText(count.data) : ""}</span>}>
      <PayloadFilters query={query} filter={choice.filter} />
      <ListTools choice={choice} columns={columns} onColumn={toggleColumn} command={command} />
      {list.problem && (
        <ProblemNote problem={list.problem} onRetry={list.problem.status === 400 ? undefined : list.refresh} />
      )}
      {list.rows.length > 0 && (
        <>
          <SelectionBar
            selection={selection}
            rows={list.rows}
            filter={choice.filter}
            count={count.data}
            onChange={setSelection}
            onDone={list.refresh}
          />
          <PayloadTable pages={list} columns={columns} selection={selection} onSelect={setSelection} />
        </>
      )}
      {list.rows.length === 0 && list.isLoading && <Loading />}
      {list.rows.length === 0 && !list.isLoading && !list.problem && (
        <NoPayloads isAll={isEmptyFilter(choice.filter)} />
      )}
    </Page>
  );
}

/** Said once the list is another one, and not whenever a payload comes in. */
function useAnnouncedCount(count: PayloadCount | undefined, chosen: string): void {
  const [said, setSaid] = useState(chosen);
  useEffect(() => {
    if (!count || said === chosen) return;
    setSaid(chosen);
    announce(`${countText(count)} match.`);
  }, [count, chosen, said]);
}

function NoPayloads({ isAll }: { readonly isAll: boolean }) {
  const info = useInfo();
  if (!isAll) {
    return (
      <Empty title="No payload matches.">
        <p>Take a filter away, or choose an earlier time.</p>
        <p>
          <a class="button" href={href.payloads()}>
            Show all payloads
          </a>
        </p>
      </Empty>
    );
  }
  return (
    <Empty title="No payloads yet." command={commandLine(info, "publish payload.json")}>
      <p>
        A payload says what to do with which items. Publish one, for example that of a workflow; it is here a moment
        later.
      </p>
    </Empty>
  );
}
