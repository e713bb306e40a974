/** What can be asked of a task of a loop, as buttons. */
import { useState } from "preact/hooks";
import type { ActionRequest } from "../../../../src/api/shapes/actions.ts";
import type { LoopTaskView } from "../../../../src/api/shapes/loops.ts";
import { useInfo } from "../../info.ts";
import { ActionButton } from "../../parts/action-dialog.tsx";
import { deedsOf, type TaskDeed } from "../loops/turn-texts.ts";
import { PinDialog } from "./pin-dialog.tsx";

interface TaskActionsProps {
  readonly task: LoopTaskView;
  readonly isSmall?: boolean;
  readonly onDone: () => void;
}

const LABELS: Readonly<Record<TaskDeed, string>> = {
  pause: "Pause",
  resume: "Resume",
  "run-now": "Run now",
  cancel: "Cancel",
  pin: "Pin to a commit",
  unpin: "Unpin",
};

export function TaskActions({ task, isSmall = false, onDone }: TaskActionsProps) {
  const mayOperate = useInfo()?.user.mayOperate ?? false;
  const [isPinning, setPinning] = useState(false);
  return (
    <>
      {deedsOf(task).map((deed) =>
        deed === "pin" ? (
          <button
            key={deed}
            type="button"
            class={isSmall ? "button small" : "button"}
            disabled={!mayOperate}
            onClick={() => setPinning(true)}
          >
            {LABELS.pin}
          </button>
        ) : (
          <ActionButton
            key={deed}
            label={LABELS[deed]}
            isSmall={isSmall}
            request={requestOf(task, deed)}
            onDone={onDone}
          />
        ),
      )}
      {isPinning && <PinDialog task={task} onClose={() => setPinning(false)} onDone={onDone} />}
    </>
  );
}

function requestOf({ task }: LoopTaskView, deed: TaskDeed): ActionRequest {
  return { kind: "loop", do: deed, task };
}
