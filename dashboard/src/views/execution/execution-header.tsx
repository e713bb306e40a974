/** How the execution stands as a whole, and what may be done with it. */
import type { ExecutionView } from "../../../../src/api/shapes/executions.ts";
import { ActionButton } from "../../parts/action-dialog.tsx";
import { Copy } from "../../parts/copy.tsx";
import { Duration, RunningDuration } from "../../parts/duration.tsx";
import { Figures } from "../../parts/figures.tsx";
import { Moment } from "../../parts/moment.tsx";
import { MarkIcon } from "../../parts/state-mark.tsx";
import { href } from "../../routes.ts";

interface ActionsProps {
  readonly execution: ExecutionView;
  readonly onDone: () => void;
}

export function Actions({ execution, onDone }: ActionsProps) {
  const { payloadId, status, mayRedrive } = execution;
  if (payloadId === undefined) return null;
  const payloadIds = [payloadId];
  const isRunning = status === "RUNNING";
  return (
    <>
      {mayRedrive && <ActionButton label="Redrive" request={{ kind: "redrive", payloadIds }} onDone={onDone} />}
      {isRunning ? (
        <ActionButton label="Stop" request={{ kind: "stop", payloadIds }} onDone={onDone} />
      ) : (
        <ActionButton label="Run again" request={{ kind: "rerun", payloadIds, replace: true }} onDone={onDone} />
      )}
    </>
  );
}

export function Header({ execution }: { readonly execution: ExecutionView }) {
  const { startedAt, stoppedAt, status, durationMs, attempt, payloadId, redriveCount, consoleUrl, error } = execution;
  return (
    <>
      {payloadId !== undefined && (
        <p>
          Payload <a href={href.payload(payloadId)}>{payloadId}</a> <Copy text={payloadId} what="the payload ID" />
        </p>
      )}
      <Figures
        figures={[
          { name: "Started", value: <Moment at={startedAt} /> },
          {
            name: status === "RUNNING" ? "Runs for" : "Took",
            value: status === "RUNNING" ? <RunningDuration since={startedAt} /> : <Duration ms={durationMs} />,
            note:
              stoppedAt === undefined ? undefined : (
                <>
                  ended <Moment at={stoppedAt} />
                </>
              ),
          },
          {
            name: "Attempt",
            value: attempt ?? "–",
            note: redriveCount > 0 ? `redriven ${redriveCount} times` : undefined,
          },
          ...(consoleUrl === undefined ? [] : [{ name: "On AWS", value: <a href={consoleUrl}>Console</a> }]),
        ]}
      />
      {error && (
        <div class="note note-bad">
          <p class="note-title">
            <MarkIcon shape="cross" /> {error.error}
          </p>
          <p class="cause">{error.cause}</p>
        </div>
      )}
    </>
  );
}
