/** The view of one payload: its state and how it came to it, its executions, its documents, its items, and what to do with it. */
import type { PayloadView } from "../../../../src/api/shapes/payloads.ts";
import type { Problem } from "../../../../src/api/shapes/problem.ts";
import { useQuery } from "../../api/use-query.ts";
import { Copy } from "../../parts/copy.tsx";
import { Empty } from "../../parts/empty.tsx";
import { Loading } from "../../parts/loading.tsx";
import { Page } from "../../parts/page.tsx";
import { ProblemNote } from "../../parts/problem.tsx";
import { StateMark } from "../../parts/state-mark.tsx";
import { Tabs } from "../../parts/tabs.tsx";
import { href, type ViewProps } from "../../routes.ts";
import { ComparePanel } from "./compare-panel.tsx";
import { DocumentPanel } from "./document-panel.tsx";
import { ItemsPanel } from "./items-panel.tsx";
import { Overview } from "./overview.tsx";
import { PayloadActions } from "./payload-actions.tsx";
import "./payload.css";

export default function Payload({ query }: ViewProps) {
  const id = query.get("id") ?? "";
  const { data, problem, isLoading, refresh } = useQuery<PayloadView>(
    id === "" ? undefined : "/v1/payload",
    { id },
    { live: true },
  );
  return (
    <Page
      title={id === "" ? "Payload" : id}
      above={<Above payload={data} />}
      mark={data && <StateMark state={data.state} />}
      actions={data && <PayloadActions payload={data} onDone={refresh} />}
    >
      {id === "" && <NoId />}
      {problem &&
        (problem.status === 404 ? (
          <Gone id={id} problem={problem} />
        ) : (
          <ProblemNote problem={problem} onRetry={refresh} />
        ))}
      {isLoading && <Loading />}
      {data && <Parts payload={data} query={query} />}
    </Page>
  );
}

function Above({ payload }: { readonly payload: PayloadView | undefined }) {
  return (
    <>
      <a href={href.payloads()}>Payloads</a>
      {payload && (
        <>
          {" · "}
          <a href={href.payloads({ workflow: payload.workflow })}>{payload.workflow}</a>
          {" · "}
          <a href={href.payloads({ collections: payload.collections })}>{payload.collections}</a>{" "}
          <Copy text={payload.id} what="the payload ID" label="Copy ID" />
        </>
      )}
    </>
  );
}

function Parts({ payload, query }: { readonly payload: PayloadView; readonly query: URLSearchParams }) {
  return (
    <Tabs
      label="Parts of the payload"
      chosen={query.get("tab")}
      tabs={[
        { id: "overview", label: "Overview", content: () => <Overview payload={payload} /> },
        {
          id: "documents",
          label: "Input and output",
          content: () => <DocumentPanel payload={payload} chosen={query.get("document")} />,
        },
        {
          id: "compare",
          label: "Compare",
          content: () => <ComparePanel payload={payload} from={query.get("from")} to={query.get("to")} />,
        },
        { id: "items", label: "Items", content: () => <ItemsPanel payload={payload} chosen={query.get("item")} /> },
      ]}
    />
  );
}

function NoId() {
  return (
    <Empty title="Which payload?">
      <p>
        The address names none. Choose one from <a href={href.payloads()}>the list</a>.
      </p>
    </Empty>
  );
}

/** A way on: others whose ID begins alike. */
function Gone({ id, problem }: { readonly id: string; readonly problem: Problem }) {
  const beginning = id.slice(0, id.lastIndexOf("/") + 1);
  return (
    <Empty title="There is no such payload.">
      <p>{problem.detail}</p>
      <p>It may be known in another place, or its record may have been removed.</p>
      <p class="button-line">
        {beginning !== "" && (
          <a class="button" href={href.payloads({ idPrefix: beginning })}>
            Payloads that begin alike
          </a>
        )}
        <a class="button" href={href.payloads()}>
          All payloads
        </a>
      </p>
    </Empty>
  );
}
