/** What operators did, the newest first. */
import type { ActionView } from "../../../../src/api/shapes/actions.ts";
import { usePages } from "../../api/use-query.ts";
import { commandLine, useInfo } from "../../info.ts";
import { number } from "../../parts/action-text.ts";
import { Empty } from "../../parts/empty.tsx";
import { Loading } from "../../parts/loading.tsx";
import { Moment } from "../../parts/moment.tsx";
import { Page } from "../../parts/page.tsx";
import { ProblemNote } from "../../parts/problem.tsx";
import { StateMark } from "../../parts/state-mark.tsx";
import { type Column, Table } from "../../parts/table.tsx";
import { href } from "../../routes.ts";

export default function Actions() {
  const { rows, problem, isLoading, hasMore, more, refresh } = usePages<ActionView>("/v1/actions", {}, { live: true });
  const info = useInfo();
  return (
    <Page title="Actions">
      {problem && <ProblemNote problem={problem} onRetry={refresh} />}
      {rows.length > 0 && (
        <Table
          caption="Actions of operators, the newest first"
          columns={COLUMNS}
          rows={rows}
          rowKey={({ id }) => id}
          hasMore={hasMore}
          isLoading={isLoading}
          onMore={more}
        />
      )}
      {rows.length === 0 && isLoading && <Loading />}
      {rows.length === 0 && !isLoading && !problem && (
        <Empty
          title="Nobody has done anything yet."
          command={commandLine(info, "payload rerun --state failed --since 24h")}
        >
          <p>
            What is done from this page is kept here, with who, when and why: choose{" "}
            <a href={href.payloads()}>payloads</a> and run them again. On the command line:
          </p>
        </Empty>
      )}
    </Page>
  );
}

const COLUMNS: readonly Column<ActionView>[] = [
  {
    key: "what",
    header: "What",
    kind: "wide",
    isName: true,
    cell: ({ id, what, why }) => (
      <>
        <a href={href.action(id)}>{what}</a>
        {why !== undefined && <div class="faint">{why}</div>}
      </>
    ),
  },
  { key: "state", header: "State", cell: ({ state }) => <StateMark state={state} /> },
  {
    key: "done",
    header: "Done",
    kind: "number",
    cell: ({ done, total }) => (total === undefined ? number(done) : `${number(done)} of ${number(total)}`),
  },
  { key: "skipped", header: "Left as they were", kind: "number", cell: ({ skipped }) => number(skipped) },
  { key: "failed", header: "Failed", kind: "number", cell: ({ failed }) => number(failed) },
  { key: "by", header: "Who", cell: ({ by }) => by },
  { key: "at", header: "When", cell: ({ at }) => <Moment at={at} /> },
];
