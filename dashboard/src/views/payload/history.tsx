/** How a payload went through its states: a line of them as long as they lasted, and the same as a table. */
import { Duration } from "../../parts/duration.tsx";
import { markOf } from "../../parts/marks.ts";
import { Moment } from "../../parts/moment.tsx";
import { useNow } from "../../parts/now.ts";
import { StateMark } from "../../parts/state-mark.tsx";
import { Table } from "../../parts/table.tsx";
import { durationText } from "../../parts/time-text.ts";
import { href } from "../../routes.ts";
import { isFinal, type Stay, staysOf, type Transition, timeInStates } from "./stays.ts";

interface HistoryProps {
  readonly transitions: readonly Transition[];
  readonly workflow: string;
}

/** Too short a piece has no room for words. */
const SHARE_WITH_TIME = 0.06;
/** A line of more pieces shows none of them. */
const MOST_DRAWN = 60;

export function History({ transitions, workflow }: HistoryProps) {
  const now = useNow();
  const stays = staysOf(transitions, now);
  if (stays.length === 0) return <p>Nothing is recorded of how it came to this state.</p>;
  return (
    <>
      {stays.length <= MOST_DRAWN && <StayLine stays={stays} />}
      <p class="time-in-states">
        {[...timeInStates(stays)].map(([state, ms]) => (
          <span key={state}>
            <StateMark state={state} /> <Duration ms={ms} />
          </span>
        ))}
      </p>
      <StayTable stays={stays} workflow={workflow} />
    </>
  );
}

/** The table below says the same to those who do not see it. */
function StayLine({ stays }: { readonly stays: readonly Stay[] }) {
  return (
    <div class="stays" aria-hidden="true">
      {stays.map((stay) => (
        <div
          key={stay.version}
          class={`stay mark-${markOf(stay.state).tone} ${isFinal(stay.state) ? "stay-final" : ""}`}
          style={{ flexGrow: stay.share * 1000 }}
          title={`${stay.state} for ${durationText(stay.durationMs)}: ${stay.reason} (${stay.actor})`}
        >
          <StateMark state={stay.state} iconOnly={stay.share < 0.14} />
          <span class={stay.share < SHARE_WITH_TIME ? "unseen" : "stay-time"}>
            {stay.until === undefined && isFinal(stay.state) ? "now" : durationText(stay.durationMs)}
          </span>
        </div>
      ))}
    </div>
  );
}

function StayTable({ stays, workflow }: { readonly stays: readonly Stay[]; readonly workflow: string }) {
  return (
    <Table
      caption="History of the payload, the newest first"
      rows={stays.toReversed()}
      rowKey={({ version }) => String(version)}
      columns={[
        { key: "state", header: "State", cell: ({ state }) => <StateMark state={state} />, isName: true },
        { key: "from", header: "Since", cell: ({ from }) => <Moment at={from} exact /> },
        { key: "duration", header: "For", kind: "number", cell: ({ durationMs }) => <Duration ms={durationMs} /> },
        { key: "actor", header: "By", cell: ({ actor }) => actor },
        { key: "reason", header: "Why", kind: "wide", cell: ({ reason }) => reason },
        {
          key: "attempt",
          header: "Attempt",
          kind: "number",
          cell: ({ attempt, execution, hasExecution }) =>
            hasExecution && <a href={href.execution(workflow, execution)}>{attempt}</a>,
        },
      ]}
    />
  );
}
