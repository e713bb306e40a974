/** Messages that were received too often: some or all of a queue can be sent again. */
import { useState } from "preact/hooks";
import type { DeadLetterView } from "../../../../src/api/shapes/dead-letters.ts";
import { usePages } from "../../api/use-query.ts";
import { ActionButton } from "../../parts/action-dialog.tsx";
import { Empty } from "../../parts/empty.tsx";
import { type FilterField, Filters } from "../../parts/filters.tsx";
import { Loading } from "../../parts/loading.tsx";
import { Moment } from "../../parts/moment.tsx";
import { ProblemNote } from "../../parts/problem.tsx";
import { type Column, Table } from "../../parts/table.tsx";
import { href } from "../../routes.ts";
import { MessageButton } from "./message-button.tsx";
import { payloadIdIn } from "./message-text.ts";

const QUEUES = ["process", "status-change"] as const;
type Queue = (typeof QUEUES)[number];

const FIELDS: readonly FilterField[] = [
  { name: "queue", label: "Queue", options: QUEUES.map((queue) => ({ value: queue, label: queue })) },
];

export function DeadLetterList({ query }: { readonly query: URLSearchParams }) {
  const queue = QUEUES.find((one) => one === query.get("queue"));
  const pages = usePages<DeadLetterView>("/v1/dead-letters", { queue }, { live: true });
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const { rows, problem, isLoading, refresh } = pages;
  const redriven = () => {
    setChosen(new Set());
    refresh();
  };
  if (rows.length === 0 && problem) return <ProblemNote problem={problem} onRetry={refresh} />;
  if (rows.length === 0 && isLoading) return <Loading />;
  return (
    <>
      <Filters fields={FIELDS} query={query} />
      {problem && <ProblemNote problem={problem} onRetry={refresh} />}
      {rows.length === 0 ? (
        <Empty title={`Nothing was given up${queue === undefined ? "" : ` by the queue ${queue}`}.`}>
          <p>A message comes here when it was received too often and never worked, with the last reason.</p>
        </Empty>
      ) : (
        <>
          <Redrives rows={rows} chosen={chosen} onDone={redriven} />
          <Table
            caption="Dead letters"
            columns={COLUMNS}
            rows={rows}
            rowKey={keyOf}
            selection={{ chosen, onChange: setChosen, label: (key) => `message ${key}` }}
            hasMore={pages.hasMore}
            isLoading={isLoading}
            onMore={pages.more}
          />
        </>
      )}
    </>
  );
}

/** Message IDs are unique in a queue. */
function keyOf({ queue, id }: DeadLetterView): string {
  return `${queue} ${id}`;
}

interface RedrivesProps {
  readonly rows: readonly DeadLetterView[];
  readonly chosen: ReadonlySet<string>;
  readonly onDone: () => void;
}

/** Buttons for each queue that has any: what is chosen, or everything. */
function Redrives({ rows, chosen, onDone }: RedrivesProps) {
  return (
    <div class="toolbar">
      {QUEUES.filter((queue) => rows.some((row) => row.queue === queue)).map((queue) => (
        <QueueRedrives key={queue} queue={queue} ids={idsOf(queue, rows, chosen)} onDone={onDone} />
      ))}
    </div>
  );
}

function idsOf(queue: Queue, rows: readonly DeadLetterView[], chosen: ReadonlySet<string>): string[] {
  return rows.filter((row) => row.queue === queue && chosen.has(keyOf(row))).map(({ id }) => id);
}

interface QueueRedrivesProps {
  readonly queue: Queue;
  readonly ids: readonly string[];
  readonly onDone: () => void;
}

function QueueRedrives({ queue, ids, onDone }: QueueRedrivesProps) {
  return (
    <>
      {ids.length > 0 && (
        <ActionButton
          label={`Send ${ids.length} of ${queue} again`}
          request={{ kind: "redrive-dead-letters", queue, messageIds: [...ids] }}
          onDone={onDone}
        />
      )}
      <ActionButton
        label={`Send all of ${queue} again`}
        request={{ kind: "redrive-dead-letters", queue }}
        onDone={onDone}
      />
    </>
  );
}

const COLUMNS: readonly Column<DeadLetterView>[] = [
  { key: "queue", header: "Queue", cell: ({ queue }) => queue },
  {
    key: "reason",
    header: "Last reason",
    kind: "wide",
    isName: true,
    cell: ({ reason, body }) => <Reason reason={reason} body={body} />,
  },
  { key: "tries", header: "Tries", kind: "number", cell: ({ receiveCount }) => receiveCount },
  { key: "sent", header: "Sent", cell: ({ sentAt }) => <Moment at={sentAt} /> },
  { key: "died", header: "Given up", cell: ({ diedAt }) => (diedAt === undefined ? "–" : <Moment at={diedAt} />) },
  {
    key: "message",
    header: <span class="unseen">The message</span>,
    cell: ({ id, body }) => <MessageButton id={id} raw={body} />,
  },
];

function Reason({ reason, body }: { readonly reason: string | undefined; readonly body: string }) {
  const payloadId = payloadIdIn(body);
  return (
    <>
      <div>{reason ?? <span class="faint">No reason is kept.</span>}</div>
      {payloadId !== undefined && <a href={href.payload(payloadId)}>{payloadId}</a>}
    </>
  );
}
