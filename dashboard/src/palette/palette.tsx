/** Goes anywhere by typing a part of its name: Ctrl-K or Cmd-K. */
import { useEffect, useId, useState } from "preact/hooks";
import type { BulkRunList } from "../../../src/api/shapes/bulk.ts";
import type { LoopList } from "../../../src/api/shapes/loops.ts";
import type { TaskList, WorkflowList } from "../../../src/api/shapes/workflows.ts";
import { useQuery } from "../api/use-query.ts";
import { useInfo } from "../info.ts";
import { navigate } from "../location.ts";
import { entriesFor } from "../navigation.tsx";
import { Dialog } from "../parts/dialog.tsx";
import { href } from "../routes.ts";
import { type Entry, looksLikePayloadId, rank } from "./rank.ts";

export default function Palette({ onClose }: { readonly onClose: () => void }) {
  const id = useId();
  const [typed, setTyped] = useState("");
  const [at, setAt] = useState(0);
  const known = useEntries();
  const found = [...typedEntries(typed), ...rank(known, typed)];
  const current = Math.min(at, found.length - 1);
  useEffect(() => {
    document.getElementById(`${id}-${current}`)?.scrollIntoView({ block: "nearest" });
  }, [id, current]);
  const go = (entry: Entry | undefined) => {
    if (!entry) return;
    onClose();
    navigate(entry.to);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown") setAt((current + 1) % Math.max(1, found.length));
    else if (event.key === "ArrowUp") setAt((current + found.length - 1) % Math.max(1, found.length));
    else if (event.key === "Enter") go(found[current]);
    else return;
    event.preventDefault();
  };
  return (
    <Dialog title="Go to" onClose={onClose}>
      <input
        class="palette-input"
        role="combobox"
        aria-label="Name of a view, workflow, task, run or organisation, or a payload ID"
        aria-expanded="true"
        aria-controls={`${id}-list`}
        aria-activedescendant={found.length === 0 ? undefined : `${id}-${current}`}
        autoComplete="off"
        autoFocus
        placeholder="A view, a workflow, a task, a payload ID…"
        value={typed}
        onInput={(event) => {
          setTyped(event.currentTarget.value);
          setAt(0);
        }}
        onKeyDown={onKeyDown}
      />
      <div role="listbox" id={`${id}-list`} aria-label="Places" class="palette-list">
        {found.map((entry, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: Enter in the text field does the same
          <div
            key={entry.to}
            id={`${id}-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === current}
            class="palette-entry"
            onClick={() => go(entry)}
          >
            <span>{entry.label}</span> <span class="faint">{entry.kind}</span>
          </div>
        ))}
      </div>
      {found.length === 0 && (
        <p class="faint">
          Nothing here has such a name. Payloads are found by how their IDs begin:{" "}
          <code>collection/workflow-name/…</code>
        </p>
      )}
    </Dialog>
  );
}

function typedEntries(typed: string): readonly Entry[] {
  const text = typed.trim();
  if (text.length < 2) return [];
  if (looksLikePayloadId(text)) return [{ label: text, kind: "payload", to: href.payload(text) }];
  if (!text.includes("/")) return [];
  return [{ label: `Payloads that begin with ${text}`, kind: "payloads", to: href.payloads({ idPrefix: text }) }];
}

function useEntries(): readonly Entry[] {
  const info = useInfo();
  const workflows = useQuery<WorkflowList>("/v1/workflows").data?.workflows ?? [];
  const tasks = useQuery<TaskList>("/v1/tasks").data?.tasks ?? [];
  const runs = useQuery<BulkRunList>(info?.features.bulk ? "/v1/bulk" : undefined).data?.runs ?? [];
  const loops = useQuery<LoopList>(info?.features.loops ? "/v1/loops" : undefined).data?.organisations ?? [];
  return [
    ...entriesFor(info).map(({ label, to }) => ({ label, to, kind: "view" })),
    { label: "Payloads that FAILED", to: href.payloads({ state: "FAILED" }), kind: "payloads" },
    { label: "Payloads that are PROCESSING", to: href.payloads({ state: "PROCESSING" }), kind: "payloads" },
    ...workflows.map(({ name }) => ({ label: name, to: href.workflow(name), kind: "workflow" })),
    ...tasks.map(({ name }) => ({ label: name, to: href.task(name), kind: "task" })),
    ...runs.slice(0, 100).map(({ name }) => ({ label: name, to: href.bulkRun(name), kind: "bulk run" })),
    ...loops.map(({ codops }) => ({ label: codops, to: href.loops(codops), kind: "organisation" })),
  ];
}
