/** What can be done with a payload in the state that it is in. */
import { useState } from "preact/hooks";
import type { PayloadView } from "../../../../src/api/shapes/payloads.ts";
import { useInfo } from "../../info.ts";
import { ActionButton } from "../../parts/action-dialog.tsx";
import { lazy } from "../../parts/lazy.tsx";
import { ACTS, actLabel, fits, requestOf } from "../payloads/acts.ts";
import type { EditDialogProps } from "./edit-dialog.tsx";
import { isFinal } from "./stays.ts";

/** With the parser that tells where a text is wrong. */
const EditDialog = lazy<EditDialogProps>(() => import("./edit-dialog.tsx"));

interface PayloadActionsProps {
  readonly payload: PayloadView;
  readonly onDone: () => void;
}

export function PayloadActions({ payload, onDone }: PayloadActionsProps) {
  const info = useInfo();
  const [isEditing, setEditing] = useState(false);
  const mayEdit = isFinal(payload.state) && payload.attempts.some(({ input }) => input);
  return (
    <>
      {ACTS.filter((act) => fits(act, payload.state)).map((act) => (
        <ActionButton
          key={actLabel(act)}
          label={actLabel(act)}
          request={requestOf(act, { ids: [payload.id] })}
          onDone={onDone}
        />
      ))}
      {mayEdit && (
        <button
          type="button"
          class="button"
          disabled={info?.user.mayOperate === false}
          onClick={() => setEditing(true)}
        >
          Rerun with other parameters
        </button>
      )}
      {isEditing && <EditDialog payload={payload} onClose={() => setEditing(false)} onDone={onDone} />}
    </>
  );
}
