/** Which commit a task shall run: one that ran before, or any other by its hash. */
import { useState } from "preact/hooks";
import type { LoopExecutionPage, LoopTaskView } from "../../../../src/api/shapes/loops.ts";
import { useQuery } from "../../api/use-query.ts";
import { ActionDialog } from "../../parts/action-dialog.tsx";

interface PinDialogProps {
  readonly task: LoopTaskView;
  /** Chosen to begin with. */
  readonly commit?: string | undefined;
  readonly onClose: () => void;
  readonly onDone: () => void;
}

/** Executions that are looked at for commits to offer. */
const NEWEST = 100;
const HASH = /^[0-9a-f]{4,64}$/i;

export function PinDialog({ task, commit: first, onClose, onDone }: PinDialogProps) {
  const { data } = useQuery<LoopExecutionPage>("/v1/loops/executions", { task: task.task, limit: NEWEST });
  const [typed, setTyped] = useState(first);
  const succeeded = data?.rows.filter(({ outcome }) => outcome === "SUCCEEDED").map(({ headCommit }) => headCommit);
  // An execution of files that are not committed has no commit to go back to.
  const good = [...new Set(succeeded)].filter((commit) => HASH.test(commit));
  const commit = typed ?? task.pin?.commit ?? good[0] ?? "";
  return (
    <ActionDialog
      request={{ kind: "loop", do: "pin", task: task.task, commit: commit.trim() }}
      onClose={onClose}
      onDone={onDone}
    >
      <label class="field">
        Commit
        <input
          list="pin-commits"
          value={commit}
          required
          pattern="\s*[0-9a-fA-F]{4,64}\s*"
          title="The hash of a commit, or how it begins: at least four digits"
          autoComplete="off"
          spellcheck={false}
          onInput={(event) => setTyped(event.currentTarget.value)}
        />
      </label>
      <datalist id="pin-commits">
        {good.map((hash) => (
          <option key={hash} value={hash} />
        ))}
      </datalist>
      {good.length > 0 && (
        <p class="faint">
          It succeeded with{" "}
          {good
            .slice(0, 3)
            .map((hash) => hash.slice(0, 8))
            .join(", ")}
          .
        </p>
      )}
    </ActionDialog>
  );
}
