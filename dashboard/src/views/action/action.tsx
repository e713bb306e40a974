/** One action: who, when, why, how far it is, and what it could not do. */
import { useState } from "preact/hooks";
import type { ActionView } from "../../../../src/api/shapes/actions.ts";
import type { Problem } from "../../../../src/api/shapes/problem.ts";
import { post } from "../../api/client.ts";
import { problemFrom, useQuery } from "../../api/use-query.ts";
import { useInfo } from "../../info.ts";
import { number } from "../../parts/action-text.ts";
import { Figures } from "../../parts/figures.tsx";
import { Loading } from "../../parts/loading.tsx";
import { Moment } from "../../parts/moment.tsx";
import { Page } from "../../parts/page.tsx";
import { ProblemNote } from "../../parts/problem.tsx";
import { StateMark } from "../../parts/state-mark.tsx";
import { type Column, Table } from "../../parts/table.tsx";
import { href, type ViewProps } from "../../routes.ts";
import "./action.css";
import { controlOf, isAboutPayloads, progressOf } from "./action-progress.ts";
import { wayOn } from "./way-on.ts";

export default function Action({ params }: ViewProps) {
  const id = params.id ?? "";
  const { data, problem, refresh } = useQuery<ActionView>(`/v1/actions/${encodeURIComponent(id)}`, {}, { live: true });
  const above = <a href={href.actions()}>Actions</a>;
  if (!data) {
    return (
      <Page title="Action" above={above}>
        {problem ? (
          <ProblemNote
            problem={problem}
            onRetry={refresh}
            wayOn={
              <>
                All that there are stand under <a href={href.actions()}>Actions</a>.
              </>
            }
          />
        ) : (
          <Loading />
        )}
      </Page>
    );
  }
  const on = wayOn(data);
  return (
    <Page
      title={capital(data.what)}
      above={above}
      mark={<StateMark state={data.state} />}
      actions={<Control action={data} onChanged={refresh} />}
    >
      {problem && <ProblemNote problem={problem} onRetry={refresh} />}
      <p>
        By {data.by}, <Moment at={data.at} />
        {data.why !== undefined && <>: {data.why}</>}
      </p>
      {data.reason !== undefined && <p>{data.reason}</p>}
      <Progress action={data} />
      {on && (
        <p>
          What becomes of it: <a href={on.href}>{on.text}</a>
        </p>
      )}
      <Problems action={data} />
      <details>
        <summary>The request as it was sent</summary>
        <pre class="raw">{JSON.stringify(data.request, null, 2)}</pre>
      </details>
    </Page>
  );
}

function capital(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}

function Progress({ action }: { readonly action: ActionView }) {
  const { settled, left, share } = progressOf(action);
  const { done, skipped, failed, total, updated } = action;
  const said = total === undefined ? number(settled) : `${number(settled)} of ${number(total)}`;
  return (
    <>
      {/* Without a value the browser shows that nobody knows how far it is. */}
      <progress class="progress" aria-label={`${said} settled`} {...(share !== undefined && { value: share })} />
      <Figures
        figures={[
          { name: "Done", value: number(done) },
          { name: "Left as they were", value: number(skipped) },
          { name: "Failed", value: number(failed) },
          { name: "Still to do", value: left === undefined ? "?" : number(left) },
          { name: "Together", value: total === undefined ? "?" : number(total) },
          { name: "Last step", value: <Moment at={updated} /> },
        ]}
      />
    </>
  );
}

function Control({ action, onChanged }: { readonly action: ActionView; readonly onChanged: () => void }) {
  const info = useInfo();
  const [problem, setProblem] = useState<Problem>();
  const [isBusy, setBusy] = useState(false);
  const verb = controlOf(action.state);
  if (verb === undefined) return null;
  const ask = async () => {
    setBusy(true);
    setProblem(undefined);
    try {
      await post(`/v1/actions/${encodeURIComponent(action.id)}/${verb}`);
      onChanged();
    } catch (error) {
      setProblem(problemFrom(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <button type="button" class="button" disabled={isBusy || info?.user.mayOperate === false} onClick={ask}>
        {verb === "stop" ? "Stop it here" : "Let it go on"}
      </button>
      {problem && <ProblemNote problem={problem} />}
    </>
  );
}

type ActionProblem = ActionView["problems"][number];

function Problems({ action }: { readonly action: ActionView }) {
  const { problems, skipped, failed, kind } = action;
  if (problems.length === 0) return null;
  const columns: readonly Column<ActionProblem>[] = [
    {
      key: "id",
      header: isAboutPayloads(kind) ? "Payload" : "Which",
      kind: "wide",
      isName: true,
      cell: ({ id }) => (isAboutPayloads(kind) ? <a href={href.payload(id)}>{id}</a> : id),
    },
    { key: "outcome", header: "Outcome", cell: ({ outcome }) => <StateMark state={outcome} /> },
    { key: "reason", header: "Why", kind: "wide", cell: ({ reason }) => reason },
  ];
  return (
    <>
      <h2>Left or failed</h2>
      {problems.length < skipped + failed && (
        <p class="faint">
          The first {problems.length} of {number(skipped + failed)}.
        </p>
      )}
      <Table
        caption="What was left as it was, or failed, with the reason"
        columns={columns}
        rows={problems}
        rowKey={({ id, outcome }) => `${outcome} ${id}`}
      />
    </>
  );
}
