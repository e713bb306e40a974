/** The state machine with how far the execution is in it, as a graph and as a table. */
import { useMemo } from "preact/hooks";
import type { ExecutionView } from "../../../../src/api/shapes/executions.ts";
import { Empty } from "../../parts/empty.tsx";
import { lazy } from "../../parts/lazy.tsx";
import { markOf } from "../../parts/marks.ts";
import { graphOf } from "../../parts/state-graph/machine-graph.ts";
import type { NodeLook } from "../../parts/state-graph/node-look.ts";
import { countsText, progressOf, type StateProgress } from "./progress.ts";
import type { Selection } from "./selection.ts";
import { chooseStep } from "./selection-bar.tsx";
import { StateTable } from "./state-table.tsx";
import { StepPanel } from "./step-panel.tsx";

const StateGraph = lazy(() => import("../../parts/state-graph/state-graph.tsx"));

interface GraphTabProps {
  readonly execution: ExecutionView;
  readonly selection: Selection;
}

export function GraphTab({ execution, selection }: GraphTabProps) {
  // Asked again while it runs, the definition comes anew and is the same.
  const definition = JSON.stringify(execution.definition ?? null);
  const graph = useMemo(() => graphOf(JSON.parse(definition)), [definition]);
  const progress = useMemo(() => progressOf(execution.steps), [execution.steps]);
  if (graph === undefined) {
    return (
      <Empty title="The definition that it ran with is not known any more.">
        <p>Its steps are in the timeline and among the events.</p>
      </Empty>
    );
  }
  const choose = (state: string) => chooseStep(progress.get(state)?.path ?? state);
  return (
    <>
      <StateGraph
        graph={graph}
        label={`Graph of ${execution.workflow} with how each state stands`}
        chosen={selection.state}
        onChoose={choose}
        lookOf={(state) => lookOf(progress.get(state))}
      />
      {selection.step && <StepPanel step={selection.step} />}
      <details class="twin">
        <summary>The same as a table</summary>
        <StateTable graph={graph} progress={progress} onChoose={choose} />
      </details>
    </>
  );
}

function lookOf(progress: StateProgress | undefined): NodeLook | undefined {
  if (progress === undefined) return undefined;
  const { tone, shape, word } = markOf(progress.status);
  const counts = countsText(progress);
  const tries = progress.tries > 1 && counts === "" ? `${progress.tries} tries` : "";
  return { tone, shape, word, note: counts || tries || undefined };
}
