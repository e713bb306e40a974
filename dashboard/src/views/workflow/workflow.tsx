/** The view "Workflow": its state machine, with how often each state ran and failed of late, and for how long. */
import { useMemo } from "preact/hooks";
import type { WorkflowView } from "../../../../src/api/shapes/workflows.ts";
import { useQuery } from "../../api/use-query.ts";
import { setQuery } from "../../location.ts";
import { Empty } from "../../parts/empty.tsx";
import { JsonTree } from "../../parts/json-tree/json-tree.tsx";
import { lazy } from "../../parts/lazy.tsx";
import { Loading } from "../../parts/loading.tsx";
import { Moment } from "../../parts/moment.tsx";
import { Page } from "../../parts/page.tsx";
import { ProblemNote } from "../../parts/problem.tsx";
import { SameCommands } from "../../parts/same-commands.tsx";
import { graphOf, type SequenceGraph } from "../../parts/state-graph/machine-graph.ts";
import type { NodeLook } from "../../parts/state-graph/node-look.ts";
import { Tabs } from "../../parts/tabs.tsx";
import { durationText } from "../../parts/time-text.ts";
import { href, type ViewProps } from "../../routes.ts";
import { arrowWeight, failedShare, figuresByState, percentText, type StateFigures } from "./figures.ts";
import { FiguresTable } from "./figures-table.tsx";
import { PayloadCounts } from "./payload-counts.tsx";
import "./workflow.css";

const StateGraph = lazy(() => import("../../parts/state-graph/state-graph.tsx"));

const WINDOWS = ["1h", "24h", "7d", "30d"];

export default function Workflow({ params, query }: ViewProps) {
  const { name = "" } = params;
  const since = query.get("since") ?? "24h";
  const asked = useQuery<WorkflowView>(`/v1/workflows/${encodeURIComponent(name)}`, { since }, { live: true });
  const workflow = asked.data;
  return (
    <Page title={name} above={<a href={href.workflows()}>Workflows</a>}>
      {asked.problem && <ProblemNote problem={asked.problem} onRetry={asked.refresh} />}
      {asked.isLoading && <Loading />}
      {workflow && (
        <>
          {workflow.description !== undefined && <p>{workflow.description}</p>}
          {!workflow.exists && <p class="faint">It exists no more; its payloads are kept.</p>}
          <PayloadCounts workflow={workflow} />
          <WindowChooser since={since} workflow={workflow} />
          <Machine workflow={workflow} since={since} query={query} />
          <SameCommands commands={[`show workflow ${name}`, `payload list --workflow ${name}`]} />
        </>
      )}
    </Page>
  );
}

function WindowChooser({ since, workflow }: { readonly since: string; readonly workflow: WorkflowView }) {
  const { executions, all, since: from } = workflow.window;
  return (
    <div class="window-chooser">
      <fieldset class="window-choices">
        <legend class="unseen">Figures of the last</legend>
        {WINDOWS.map((window) => (
          <button
            key={window}
            type="button"
            class="button small"
            aria-pressed={window === since}
            onClick={() => setQuery({ since: window === "24h" ? undefined : window })}
          >
            {window}
          </button>
        ))}
      </fieldset>
      <p class="faint">
        {all ? "Of all" : "Of the newest"} {executions} {executions === 1 ? "execution" : "executions"} since{" "}
        <Moment at={from} exact />. Colour and border say how many failed; an arrow is as thick as it was taken often.
      </p>
    </div>
  );
}

interface MachineProps {
  readonly workflow: WorkflowView;
  readonly since: string;
  readonly query: URLSearchParams;
}

function Machine({ workflow, since, query }: MachineProps) {
  // Asked again and again, the definition comes anew and is the same.
  const definition = JSON.stringify(workflow.definition ?? null);
  const parsed = useMemo(() => JSON.parse(definition) as unknown, [definition]);
  const graph = useMemo(() => graphOf(parsed), [parsed]);
  if (graph === undefined) {
    return (
      <Empty title="Its definition is not known any more.">
        <p>What ran of it stands among the payloads.</p>
      </Empty>
    );
  }
  return (
    <Tabs
      label="Ways to look at the workflow"
      chosen={query.get("tab")}
      tabs={[
        { id: "graph", label: "Graph", content: () => <Graph {...{ workflow, graph, since, query }} /> },
        {
          id: "table",
          label: "Table",
          content: () => <FiguresTable {...{ workflow, graph, since }} chosen={query.get("state") ?? undefined} />,
        },
        {
          id: "definition",
          label: "Definition",
          content: () => <JsonTree document={parsed} label="The definition" />,
        },
      ]}
    />
  );
}

interface GraphProps extends MachineProps {
  readonly graph: SequenceGraph;
}

function Graph({ workflow, graph, since, query }: GraphProps) {
  const figures = useMemo(() => figuresByState(workflow.states), [workflow.states]);
  const chosen = query.get("state") ?? undefined;
  return (
    <>
      <StateGraph
        graph={graph}
        label={`Graph of ${workflow.name} with figures of each state`}
        chosen={chosen}
        onChoose={(state) => setQuery({ state: state === chosen ? undefined : state })}
        lookOf={(state) => lookOf(figures.get(state))}
        weightOf={(arrow) => arrowWeight(arrow, figures)}
      />
      {chosen !== undefined && <FiguresTable {...{ workflow, graph, since, chosen }} isChosenOnly />}
    </>
  );
}

/** From this share on a state is shown as one that fails. */
const MANY_FAIL = 0.1;

function lookOf(figures: StateFigures | undefined): NodeLook | undefined {
  if (figures === undefined || figures.entered === 0) return undefined;
  const { entered, running, p50Ms } = figures;
  const share = failedShare(figures) ?? 0;
  const note = [
    `${entered.toLocaleString("en")}×`,
    share > 0 ? `${percentText(share)} failed` : "",
    p50Ms === undefined ? "" : durationText(p50Ms),
  ];
  const word = running > 0 ? `${running} running` : share > 0 ? "some failed" : "none failed";
  if (share >= MANY_FAIL) return { tone: "bad", shape: "cross", word, note: note.filter(Boolean).join(", ") };
  if (share > 0) return { tone: "odd", shape: "diamond", word, note: note.filter(Boolean).join(", ") };
  const tone = running > 0 ? ({ tone: "busy", shape: "ring" } as const) : ({ tone: "good", shape: "dot" } as const);
  return { ...tone, word, note: note.filter(Boolean).join(", ") };
}
