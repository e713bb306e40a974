/** Says above the tabs which step all of them are about, and leads to the other stays in the same state. */
import type { ExecutionView } from "../../../../src/api/shapes/executions.ts";
import { setQuery } from "../../location.ts";
import { StateMark } from "../../parts/state-mark.tsx";
import type { Selection } from "./selection.ts";

interface SelectionBarProps {
  readonly execution: ExecutionView;
  readonly selection: Selection;
}

/** `path` undefined: nothing is chosen any more. The line of the log belongs to the step that is left. */
export function chooseStep(path: string | undefined): void {
  setQuery({ step: path, line: undefined });
}

const MOST_STAYS = 500;

export function SelectionBar({ execution, selection }: SelectionBarProps) {
  const { step, state, stays } = selection;
  if (state === undefined) {
    if (execution.steps.length === 0) return null;
    return <p class="chosen-step faint">All steps. Choose one in any tab, and every tab is about it.</p>;
  }
  return (
    <p class="chosen-step">
      <span>
        Only <strong>{step?.label ?? state}</strong>
      </span>
      {step ? <StateMark state={step.status} /> : <span class="faint">not reached</span>}
      {stays.length > 1 && (
        <select
          aria-label={`Stays in ${state}`}
          value={step?.path ?? ""}
          onChange={(event) => chooseStep(event.currentTarget.value)}
        >
          {stays.slice(0, MOST_STAYS).map((one) => (
            <option key={one.path} value={one.path}>
              {one.label}: {one.status}
            </option>
          ))}
        </select>
      )}
      <button type="button" class="button small" onClick={() => chooseStep(undefined)}>
        All steps
      </button>
    </p>
  );
}
