/** One execution of a loop's task: which commits it ran, how it ended and where its code broke, its executed notebook. */

import { useState } from "preact/hooks";
import type { LoopExecutionView, LoopTaskView } from "../../../../src/api/shapes/loops.ts";
import type { Problem } from "../../../../src/api/shapes/problem.ts";
import { get } from "../../api/client.ts";
import { problemFrom, useQuery } from "../../api/use-query.ts";
import { ActionButton } from "../../parts/action-dialog.tsx";
import { Copy } from "../../parts/copy.tsx";
import { Duration, RunningDuration } from "../../parts/duration.tsx";
import { Loading } from "../../parts/loading.tsx";
import { memoryText } from "../../parts/memory-text.ts";
import { Moment } from "../../parts/moment.tsx";
import { ProblemNote } from "../../parts/problem.tsx";
import { saveFile } from "../../parts/save-file.ts";
import { Thrown } from "../../parts/thrown.tsx";
import { OutcomeMark } from "../loops/loop-marks.tsx";
import { PinDialog } from "./pin-dialog.tsx";

interface ExecutionDetailProps {
  readonly task: LoopTaskView;
  readonly id: string;
  readonly onChange: () => void;
}

export function ExecutionDetail({ task, id, onChange }: ExecutionDetailProps) {
  const { data, problem, refresh } = useQuery<LoopExecutionView>(
    "/v1/loops/execution",
    { execution: id },
    { live: true },
  );
  const [isPinning, setPinning] = useState(false);
  if (problem && !data) return <ProblemNote problem={problem} onRetry={refresh} />;
  if (!data) return <Loading />;
  const { headCommit, endedAt, outcome, error } = data;
  return (
    <>
      <Facts execution={data} />
      {data.warnings.map((warning) => (
        <p key={warning} class="note note-odd">
          {warning}
        </p>
      ))}
      {error && <Thrown error={error} />}
      <div class="button-row">
        {endedAt === undefined ? (
          <ActionButton
            label="Cancel this execution"
            request={{ kind: "loop", do: "cancel", execution: id }}
            onDone={onChange}
          />
        ) : (
          <NotebookButton id={id} name={task.name} />
        )}
        {outcome === "SUCCEEDED" && headCommit !== "worktree" && task.pin?.by !== "file" && (
          <button type="button" class="button" onClick={() => setPinning(true)}>
            Pin to this commit
          </button>
        )}
      </div>
      {isPinning && <PinDialog task={task} commit={headCommit} onClose={() => setPinning(false)} onDone={onChange} />}
    </>
  );
}

function Facts({ execution }: { readonly execution: LoopExecutionView }) {
  const { id, loop, iteration, attempt, trigger, headCommit, notebookCommit, pinned } = execution;
  const { startedAt, endedAt, outcome, durationMs, peakMemoryBytes } = execution;
  return (
    <dl class="facts">
      <dt>Status</dt>
      <dd>
        <OutcomeMark outcome={outcome ?? "RUNNING"} />{" "}
        {endedAt === undefined ? <RunningDuration since={startedAt} /> : <Duration ms={durationMs} />}
      </dd>
      <dt>Started</dt>
      <dd>
        <Moment at={startedAt} exact />
      </dd>
      <dt>Turn</dt>
      <dd>
        iteration {iteration.toLocaleString("en")} of the loop {loop}
        {attempt > 1 && `, try ${attempt}`}
        {trigger === "run-now" && ", asked for by an operator"}
      </dd>
      <dt>Head commit</dt>
      <dd>
        <code>{headCommit}</code> {headCommit !== "worktree" && <Copy text={headCommit} what="the head commit" />}
        {pinned && <span class="faint"> pinned</span>}
      </dd>
      <dt>Notebook commit</dt>
      <dd>
        {notebookCommit === undefined ? (
          <span class="faint">none: it runs no notebook, or one that is not committed</span>
        ) : (
          <>
            <code>{notebookCommit}</code> <Copy text={notebookCommit} what="the notebook's commit" />
          </>
        )}
      </dd>
      {peakMemoryBytes !== undefined && (
        <>
          <dt>Memory</dt>
          <dd>at most {memoryText(peakMemoryBytes)}</dd>
        </>
      )}
      <dt>ID</dt>
      <dd>
        <code>{id}</code> <Copy text={id} what="the execution's ID" />
      </dd>
    </dl>
  );
}

/** Fetched with what proves who asks, which a plain link would not carry. */
function NotebookButton({ id, name }: { readonly id: string; readonly name: string }) {
  const [problem, setProblem] = useState<Problem>();
  const [isBusy, setBusy] = useState(false);
  const download = async () => {
    setBusy(true);
    setProblem(undefined);
    try {
      const { body } = await get<unknown>("/v1/loops/notebook", { execution: id });
      saveFile(`${name}-${id.slice(0, 13)}.ipynb`, [JSON.stringify(body, null, 1)], "application/x-ipynb+json");
    } catch (thrown) {
      setProblem(problemFrom(thrown));
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <button type="button" class="button" disabled={isBusy} onClick={download}>
        {isBusy ? "Fetching…" : "Download the executed notebook"}
      </button>
      {problem && <ProblemNote problem={problem} />}
    </>
  );
}
