/** One execution: how it stands, what may be done with it, and five ways to look at what happened. */
import { useMemo } from "preact/hooks";
import type { ExecutionView } from "../../../../src/api/shapes/executions.ts";
import { useQuery } from "../../api/use-query.ts";
import { Loading } from "../../parts/loading.tsx";
import { LogView } from "../../parts/log-view/log-view.tsx";
import { Page } from "../../parts/page.tsx";
import { ProblemNote } from "../../parts/problem.tsx";
import { SameCommands } from "../../parts/same-commands.tsx";
import { StateMark } from "../../parts/state-mark.tsx";
import { Tabs } from "../../parts/tabs.tsx";
import { href, type ViewProps } from "../../routes.ts";
import { DocumentsTab } from "./documents-tab.tsx";
import { EventsTab } from "./events-tab.tsx";
import { Actions, Header } from "./execution-header.tsx";
import "./execution.css";
import { GraphTab } from "./graph-tab.tsx";
import { JsonTab } from "./json-tab.tsx";
import { selectionOf } from "./selection.ts";
import { SelectionBar } from "./selection-bar.tsx";
import { TimelineTab } from "./timeline-tab.tsx";

export default function Execution({ params, query }: ViewProps) {
  const { workflow = "", name = "" } = params;
  const path = `/v1/executions/${encodeURIComponent(workflow)}/${encodeURIComponent(name)}`;
  const asked = useQuery<ExecutionView>(path, {}, { live: true });
  const execution = asked.data;
  const step = query.get("step");
  const selection = useMemo(() => selectionOf(execution?.steps ?? [], step), [execution, step]);
  return (
    <Page
      title={`Execution ${name}`}
      above={
        <>
          <a href={href.workflows()}>Workflows</a> / <a href={href.workflow(workflow)}>{workflow}</a>
        </>
      }
      mark={execution && <StateMark state={execution.status} />}
      actions={execution && <Actions execution={execution} onDone={asked.refresh} />}
    >
      {asked.problem && <ProblemNote problem={asked.problem} onRetry={asked.refresh} />}
      {asked.isLoading && <Loading what="Reading the execution" />}
      {execution && (
        <>
          <Header execution={execution} />
          <SelectionBar execution={execution} selection={selection} />
          <Tabs
            label="Ways to look at the execution"
            chosen={query.get("tab")}
            tabs={[
              {
                id: "graph",
                label: "Graph",
                content: () => <GraphTab execution={execution} selection={selection} />,
              },
              {
                id: "timeline",
                label: "Timeline",
                content: () => <TimelineTab execution={execution} selection={selection} />,
              },
              {
                id: "events",
                label: "Events",
                content: () => (
                  <EventsTab path={`${path}/events`} isLive={execution.status === "RUNNING"} step={selection.step} />
                ),
              },
              {
                id: "logs",
                label: "Logs",
                content: () => (
                  <LogView
                    key={selection.step?.path ?? ""}
                    source={{ path: `${path}/logs`, params: { path: selection.step?.path } }}
                    fileName={`${workflow}-${name}.log`}
                  />
                ),
              },
              {
                id: "io",
                label: "Input and output",
                content: () => <DocumentsTab path={`${path}/io`} execution={execution} step={selection.step} />,
              },
              { id: "json", label: "JSON", content: () => <JsonTab execution={execution} /> },
            ]}
          />
          <SameCommands
            commands={["get", "history", "logs", "output"].map(
              (verb) => `execution ${verb} ${name} --workflow ${workflow}`,
            )}
          />
        </>
      )}
    </Page>
  );
}
