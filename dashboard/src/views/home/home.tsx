/** The first view: is everything well, and what runs now? */
import { useEffect, useRef } from "preact/hooks";
import type { Home as HomeView } from "../../../../src/api/shapes/home.ts";
import type { PayloadRow } from "../../../../src/api/shapes/payloads.ts";
import { useQuery } from "../../api/use-query.ts";
import { commandLine, useInfo } from "../../info.ts";
import { number } from "../../parts/action-text.ts";
import { announce } from "../../parts/announce.ts";
import { RunningDuration } from "../../parts/duration.tsx";
import { Empty } from "../../parts/empty.tsx";
import { Loading } from "../../parts/loading.tsx";
import { Moment } from "../../parts/moment.tsx";
import { Page } from "../../parts/page.tsx";
import { ProblemNote } from "../../parts/problem.tsx";
import { StateMark } from "../../parts/state-mark.tsx";
import { type Column, Table } from "../../parts/table.tsx";
import { href, type ViewProps } from "../../routes.ts";
import { Glance } from "./glance.tsx";
import "./home.css";
import { isUntouched, newsBetween, runningIn, WINDOW_TEXT, WINDOWS, type Window, windowOf } from "./home-figures.ts";
import { Matrix } from "./matrix.tsx";
import { OverTime } from "./over-time.tsx";

export default function Home({ query }: ViewProps) {
  const window = windowOf(query.get("window"));
  const { data, problem, refresh } = useQuery<HomeView>("/v1/home", { window }, { live: true });
  useNews(data);
  return (
    <Page title="Home" actions={<WindowChoice chosen={window} />}>
      {problem && <ProblemNote problem={problem} onRetry={refresh} />}
      {data ? <Health home={data} window={window} /> : !problem && <Loading />}
    </Page>
  );
}

function useNews(home: HomeView | undefined): void {
  const before = useRef<HomeView | undefined>(undefined);
  useEffect(() => {
    if (!home) return;
    const news = before.current?.window === home.window ? newsBetween(before.current, home) : undefined;
    before.current = home;
    if (news !== undefined) announce(news);
  }, [home]);
}

function WindowChoice({ chosen }: { readonly chosen: Window }) {
  return (
    <nav class="segments" aria-label="How far back">
      {WINDOWS.map((window) => (
        <a
          key={window}
          class="button"
          href={href.home({ window: window === "24h" ? undefined : window })}
          aria-current={window === chosen ? "true" : undefined}
          title={`The last ${WINDOW_TEXT[window]}`}
        >
          {window}
        </a>
      ))}
    </nav>
  );
}

function Health({ home, window }: { readonly home: HomeView; readonly window: Window }) {
  return (
    <>
      <Glance home={home} />
      <h2>Workflows</h2>
      {isUntouched(home) && <NothingYet />}
      {home.matrix.length > 0 && <Matrix rows={home.matrix} window={window} />}
      <OverTime home={home} />
      {home.stuck.count > 0 && (
        <section aria-labelledby="stuck">
          <h2 id="stuck" tabIndex={-1}>
            Stuck
          </h2>
          <p>
            They were claimed or begun and have not moved since. The reconciler looks after them; if they stay, look at
            their executions.
          </p>
          <Rows caption="Payloads that are stuck, the oldest first" rows={home.stuck.rows} />
        </section>
      )}
      <h2>Running now</h2>
      {home.running.length < runningIn(home) && (
        <p class="faint">
          The first {home.running.length} of {number(runningIn(home))}.
        </p>
      )}
      {home.running.length === 0 ? (
        <p class="faint">Nothing runs.</p>
      ) : (
        <Rows caption="Payloads that are PROCESSING, those that began first at the top" rows={home.running} />
      )}
    </>
  );
}

function NothingYet() {
  const info = useInfo();
  const isHere = info?.stage === undefined;
  return (
    <Empty
      title="No payload has been here yet."
      command={commandLine(info, isHere ? "examples" : "publish payload.json")}
    >
      <p>
        {isHere
          ? "Run the payloads in examples/, or publish one of your own to a running project: npx cirrus publish payload.json."
          : "Publish the first one:"}
      </p>
    </Empty>
  );
}

const COLUMNS: readonly Column<PayloadRow>[] = [
  {
    key: "id",
    header: "Payload",
    kind: "wide",
    isName: true,
    cell: ({ id }) => <a href={href.payload(id)}>{id}</a>,
  },
  { key: "state", header: "State", cell: ({ state }) => <StateMark state={state} /> },
  {
    key: "workflow",
    header: "Workflow",
    cell: ({ workflow }) => (
      <a class="number" href={href.workflow(workflow)}>
        {workflow}
      </a>
    ),
  },
  { key: "attempt", header: "Attempt", kind: "number", cell: ({ attempt }) => attempt },
  {
    key: "execution",
    header: "Execution",
    cell: ({ workflow, execution }) => <a href={href.execution(workflow, execution)}>open</a>,
  },
  { key: "since", header: "Since", cell: ({ startedAt, updated }) => <Moment at={startedAt ?? updated} /> },
  {
    key: "duration",
    header: "For",
    kind: "number",
    cell: ({ startedAt, updated }) => <RunningDuration since={startedAt ?? updated} />,
  },
];

function Rows({ caption, rows }: { readonly caption: string; readonly rows: readonly PayloadRow[] }) {
  return <Table caption={caption} columns={COLUMNS} rows={rows} rowKey={({ id }) => id} />;
}
