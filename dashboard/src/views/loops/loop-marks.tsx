/** Where a task is in its loop, and apart from it how its last execution ended. */

import type { LoopTaskView } from "../../../../src/api/shapes/loops.ts";
import { MarkIcon, StateMark } from "../../parts/state-mark.tsx";

/** FINISHED says that it had its turn, not that it went well: it has no colour. */
export function TaskState({ standing, state, paused }: Pick<LoopTaskView, "standing" | "state" | "paused">) {
  if (standing !== "registered" && state !== "RUNNING") return <StateMark state={standing} />;
  return (
    <span class="marks">
      {state === "FINISHED" ? (
        <span class="mark">
          <MarkIcon shape="dash" /> FINISHED
        </span>
      ) : (
        <StateMark state={state} />
      )}
      {paused && <StateMark state="paused" />}
    </span>
  );
}

export function OutcomeMark({ outcome }: { readonly outcome?: string | undefined }) {
  return outcome === undefined ? <span class="faint">–</span> : <StateMark state={outcome} />;
}
