/** What can be asked of a bulk run as it stands. */
import type { BulkRunView } from "../../../../src/api/shapes/bulk.ts";
import { ActionButton } from "../../parts/action-dialog.tsx";
import { runDeeds } from "./run-deeds.ts";

interface RunActionsProps {
  readonly run: BulkRunView;
  readonly onDone: () => void;
}

export function RunActions({ run, onDone }: RunActionsProps) {
  return (
    <>
      {runDeeds(run).map(({ deed, label }) => (
        <ActionButton key={deed} label={label} request={{ kind: "bulk", run: run.name, do: deed }} onDone={onDone} />
      ))}
    </>
  );
}
