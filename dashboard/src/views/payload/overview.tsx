/** What there is to know of a payload at a glance: its error, what would happen next, its history and its executions. */
import type { ComponentChildren } from "preact";
import type { PayloadView } from "../../../../src/api/shapes/payloads.ts";
import { quoted } from "../../parts/equivalent-command.ts";
import { Moment } from "../../parts/moment.tsx";
import { SameCommands } from "../../parts/same-commands.tsx";
import { href } from "../../routes.ts";
import { Attempts } from "./attempts.tsx";
import { AwaitedMembers } from "./awaited-members.tsx";
import { Explanation } from "./explanation.tsx";
import { History } from "./history.tsx";

export function Overview({ payload }: { readonly payload: PayloadView }) {
  return (
    <>
      {payload.error && <LastError error={payload.error} state={payload.state} />}
      {payload.effectsPending && (
        <p class="note note-odd">
          Its end is recorded; its announcements and what follows in its chain may not all be out yet.
        </p>
      )}
      {payload.awaited && <AwaitedMembers awaited={payload.awaited} state={payload.state} />}
      <Facts payload={payload} />
      <h2>History</h2>
      <History transitions={payload.transitions} workflow={payload.workflow} />
      <h2>Executions</h2>
      {payload.attempts.length > 0 ? <Attempts payload={payload} /> : <NoExecution state={payload.state} />}
      <h2>Why it was run, or not</h2>
      <Explanation payload={payload} />
      <SameCommands commands={commandsOf(payload).map((verb) => `${verb} ${quoted(payload.id)}`)} />
    </>
  );
}

/** What has never run has no logs. */
function commandsOf({ attempts }: PayloadView): readonly string[] {
  return ["state get", "payload get", ...(attempts.length > 0 ? ["execution logs"] : [])];
}

function NoExecution({ state }: Pick<PayloadView, "state">) {
  if (state === "WAITING") return <p>None yet. The first begins as soon as all that it waits for is here.</p>;
  return <p>None: it ended before one could begin.</p>;
}

interface LastErrorProps {
  readonly error: NonNullable<PayloadView["error"]>;
  readonly state: string;
}

function LastError({ error, state }: LastErrorProps) {
  return (
    <div class={state === "SUCCEEDED" ? "note" : "note note-bad"}>
      <p class="note-title">
        {error.error}
        {state === "SUCCEEDED" ? " (before it succeeded)" : ""}
      </p>
      {error.cause !== "" && <pre class="payload-cause">{error.cause}</pre>}
      <p>
        <a href={href.payloads({ errorPrefix: error.error })}>Payloads with this error</a>
      </p>
    </div>
  );
}

function Facts({ payload }: { readonly payload: PayloadView }) {
  return (
    <dl class="facts">
      <Fact name="Workflow">
        <a href={href.workflow(payload.workflow)}>{payload.workflow}</a>
      </Fact>
      <Fact name="Collections">{payload.collections}</Fact>
      {payload.organisation !== undefined && (
        <Fact name="Organisation">
          <a href={href.payloads({ organisation: payload.organisation })}>{payload.organisation}</a>
        </Fact>
      )}
      <Fact name="Created">
        <Moment at={payload.created} exact />
      </Fact>
      <Fact name="Updated">
        <Moment at={payload.updated} exact />
      </Fact>
      <Fact name="Attempts">{payload.attempt}</Fact>
      {payload.ancestors.length > 0 && (
        <Fact name="Follows from">
          <ul class="plain">
            {payload.ancestors.map((id) => (
              <li key={id}>
                <a href={href.payload(id)}>{id}</a>
              </li>
            ))}
          </ul>
        </Fact>
      )}
    </dl>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
