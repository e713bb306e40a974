/** What a payload waits for, or waited for: who is here, who is missing, and until when. */
import type { Awaited } from "../../../../src/api/shapes/payloads.ts";
import { number } from "../../parts/action-text.ts";
import { Command } from "../../parts/copy.tsx";
import { Moment } from "../../parts/moment.tsx";
import { StateMark } from "../../parts/state-mark.tsx";
import { Table } from "../../parts/table.tsx";
import { href } from "../../routes.ts";

interface AwaitedMembersProps {
  readonly awaited: Awaited;
  readonly state: string;
}

type Member = Awaited["members"][number];

export function AwaitedMembers({ awaited, state }: AwaitedMembersProps) {
  const { needs, here, group, members, more } = awaited;
  return (
    <>
      <h2>Awaited</h2>
      <p>
        {number(here)} of {number(needs)} are here
        {group !== undefined && (
          <>
            , counted in the group <code>{group}</code>
          </>
        )}
        .{state === "WAITING" && <Deadline awaited={awaited} />}
      </p>
      <AllLacking members={members} state={state} />
      {members.length > 0 && (
        <Table
          caption="Payloads that are awaited or have arrived"
          rows={members}
          rowKey={({ id }) => id}
          columns={[
            {
              key: "id",
              header: "Payload",
              kind: "wide",
              isName: true,
              cell: ({ id, state: known }) => (known === "none" ? id : <a href={href.payload(id)}>{id}</a>),
            },
            { key: "state", header: "State", cell: (member) => <MemberState member={member} /> },
            {
              key: "arrived",
              header: "Arrived",
              cell: ({ arrived }) => arrived !== undefined && <Moment at={arrived} exact />,
            },
          ]}
        />
      )}
      {more && <p class="faint">More have arrived than are shown.</p>}
    </>
  );
}

/** Where all outputs were removed at once, some show what to do. */
const MOST_NOTES = 5;

/** What does not come back by itself. */
function AllLacking({ members, state }: Pick<Awaited, "members"> & { readonly state: string }) {
  const then = state === "WAITING" ? "Run it again, and this one goes on:" : "Run it again before this one:";
  const lacking = members.flatMap((member) => (member.mend === undefined ? [] : [{ ...member, mend: member.mend }]));
  const more = lacking.length - MOST_NOTES;
  return (
    <>
      {lacking.slice(0, MOST_NOTES).map((member) => (
        <Lacking key={member.id} {...member} then={then} />
      ))}
      {more > 0 && <p>The same is true of {number(more)} more.</p>}
    </>
  );
}

function Lacking({ id, lack, mend, then }: Member & { readonly mend: string; readonly then: string }) {
  return (
    <div class="note note-bad lacking">
      <p>
        <a href={href.payload(id)}>{id}</a> has SUCCEEDED, but {lack}. {then}
      </p>
      <Command line={mend} />
    </div>
  );
}

function MemberState({ member: { isHere, state, lack } }: { readonly member: Member }) {
  if (lack !== undefined) return <>missing</>;
  if (state === "none") return <span class="faint not-come">has not come yet</span>;
  if (state !== undefined) return <StateMark state={state} />;
  return <>{isHere ? "here" : "missing"}</>;
}

function Deadline({ awaited: { until, onTimeout } }: { readonly awaited: Awaited }) {
  if (until === undefined) return null;
  return (
    <>
      {" "}
      It waits until <Moment at={until} exact />, then it{" "}
      {onTimeout === "run" ? "runs with what is there" : "fails and says what is missing"}.
    </>
  );
}
