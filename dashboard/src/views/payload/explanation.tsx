/** What would happen if the payload were published now, and what became of the messages that came for it. */
import type { PayloadView } from "../../../../src/api/shapes/payloads.ts";
import { Moment } from "../../parts/moment.tsx";
import { MarkIcon } from "../../parts/state-mark.tsx";
import { Table } from "../../parts/table.tsx";
import { href } from "../../routes.ts";

type Message = PayloadView["explanation"]["messages"][number];

export function Explanation({ payload }: { readonly payload: PayloadView }) {
  const { next, wouldRun, messages } = payload.explanation;
  return (
    <>
      <p>
        <strong>If it were published now:</strong>{" "}
        <span class={`mark ${wouldRun ? "mark-good" : "mark-stopped"}`}>
          <MarkIcon shape={wouldRun ? "dot" : "square"} />
          {wouldRun ? "it runs." : "it does not run."}
        </span>{" "}
        {next}
      </p>
      {messages.length > 0 && (
        <Table
          caption="Messages that came for the payload, the newest first"
          rows={messages}
          rowKey={({ at, outcome, execution }) => `${at} ${outcome} ${execution ?? ""}`}
          columns={[
            { key: "at", header: "Received", cell: ({ at }) => <Moment at={at} exact /> },
            { key: "outcome", header: "Outcome", cell: (message) => <Outcome message={message} />, isName: true },
            { key: "reason", header: "Why", kind: "wide", cell: ({ reason }) => reason },
            {
              key: "execution",
              header: "Execution",
              cell: ({ execution }) =>
                execution && <a href={href.execution(payload.workflow, execution)}>{execution.slice(0, 12)}…</a>,
            },
          ]}
        />
      )}
    </>
  );
}

const MARKS: Readonly<
  Record<
    Message["outcome"],
    readonly [tone: string, shape: "dot" | "square" | "cross" | "diamond" | "triangle" | "pause"]
  >
> = {
  started: ["good", "dot"],
  waiting: ["waiting", "pause"],
  skipped: ["stopped", "square"],
  failed: ["bad", "cross"],
  rejected: ["odd", "diamond"],
  "given-up": ["bad", "triangle"],
};

function Outcome({ message: { outcome } }: { readonly message: Message }) {
  const [tone, shape] = MARKS[outcome];
  return (
    <span class={`mark mark-${tone}`}>
      <MarkIcon shape={shape} />
      {outcome === "given-up" ? "given up" : outcome}
    </span>
  );
}
