/** Messages that can never run, with the reason of each: they are mended and published again, not sent again. */
import type { RejectionView } from "../../../../src/api/shapes/dead-letters.ts";
import { usePages } from "../../api/use-query.ts";
import { commandLine, useInfo } from "../../info.ts";
import { Command } from "../../parts/copy.tsx";
import { Empty } from "../../parts/empty.tsx";
import { Loading } from "../../parts/loading.tsx";
import { Moment } from "../../parts/moment.tsx";
import { ProblemNote } from "../../parts/problem.tsx";
import { type Column, Table } from "../../parts/table.tsx";
import { href } from "../../routes.ts";
import { MessageButton } from "./message-button.tsx";

export function RejectionList() {
  const info = useInfo();
  const { rows, problem, isLoading, hasMore, more, refresh } = usePages<RejectionView>(
    "/v1/rejections",
    {},
    { live: true },
  );
  if (rows.length === 0 && problem) return <ProblemNote problem={problem} onRetry={refresh} />;
  if (rows.length === 0 && isLoading) return <Loading />;
  if (rows.length === 0) {
    return (
      <Empty title="Nothing was rejected." command={commandLine(info, "payload validate payload.json")}>
        <p>A message comes here when no payload can be made of it. Check one before you send it:</p>
      </Empty>
    );
  }
  return (
    <>
      {problem && <ProblemNote problem={problem} onRetry={refresh} />}
      <p>They can never run as they are. Mend the message, check it, and publish it again:</p>
      <Command line={commandLine(info, "publish payload.json")} />
      <Table
        caption="Rejected messages, the latest first"
        columns={COLUMNS}
        rows={rows}
        rowKey={({ id }) => id}
        hasMore={hasMore}
        isLoading={isLoading}
        onMore={more}
      />
    </>
  );
}

const COLUMNS: readonly Column<RejectionView>[] = [
  { key: "code", header: "What", cell: ({ code }) => <code class="number">{code}</code> },
  {
    key: "reason",
    header: "Why",
    kind: "wide",
    isName: true,
    cell: ({ reason, payloadId }) => (
      <>
        <div>{reason}</div>
        {payloadId !== undefined && <a href={href.payload(payloadId)}>{payloadId}</a>}
      </>
    ),
  },
  { key: "at", header: "When", cell: ({ at }) => <Moment at={at} /> },
  {
    key: "message",
    header: <span class="unseen">The message</span>,
    cell: ({ id, raw }) => <MessageButton id={id} raw={raw} />,
  },
];
