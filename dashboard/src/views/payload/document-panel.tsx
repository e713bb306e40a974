/** What each execution of a payload got and made, as a tree. */
import type { PayloadView } from "../../../../src/api/shapes/payloads.ts";
import type { Problem } from "../../../../src/api/shapes/problem.ts";
import { setQuery } from "../../location.ts";
import { Copy } from "../../parts/copy.tsx";
import { Empty } from "../../parts/empty.tsx";
import { JsonTree } from "../../parts/json-tree/json-tree.tsx";
import { Loading } from "../../parts/loading.tsx";
import { ProblemNote } from "../../parts/problem.tsx";
import { DocumentSelect } from "./document-select.tsx";
import { documentNamed, documentsOf } from "./documents.ts";
import { useDocument } from "./use-document.ts";

interface DocumentPanelProps {
  readonly payload: PayloadView;
  readonly chosen: string | null;
}

export function DocumentPanel({ payload, chosen }: DocumentPanelProps) {
  const choices = documentsOf(payload.attempts);
  const name = documentNamed(chosen) ?? choices[0];
  const choice = choices.find(({ text }) => text === `${name?.kind}:${name?.execution}`);
  const { data, problem, isLoading, refresh } = useDocument(payload.id, name);
  if (!name) return <NoDocuments />;
  return (
    <>
      <div class="document-tools">
        <DocumentSelect
          label="Document"
          choices={choices}
          value={choice?.text ?? chosen ?? ""}
          onChange={(text) => setQuery({ document: text })}
        />
        {data && (
          <span class="document-url">
            <code>{data.url}</code> <Copy text={data.url} what="the URL" label="Copy URL" />
          </span>
        )}
      </div>
      {problem && <DocumentProblem problem={problem} onRetry={refresh} />}
      {isLoading && <Loading />}
      {data && <JsonTree document={data.document} label={choice?.label ?? name.kind} />}
    </>
  );
}

export function DocumentProblem({ problem, onRetry }: { readonly problem: Problem; readonly onRetry: () => void }) {
  if (problem.status !== 404) return <ProblemNote problem={problem} onRetry={onRetry} />;
  return (
    <Empty title="It cannot be read any more.">
      <p>{problem.detail}</p>
      <p>Inputs and outputs have a lifetime; the payload's record and its history stay longer than they do.</p>
    </Empty>
  );
}

export function NoDocuments() {
  return (
    <Empty title="There is nothing to read.">
      <p>
        Inputs and outputs of executions have a lifetime, and those of this payload are gone, or it has not begun to run
        yet. Its history stays.
      </p>
    </Empty>
  );
}
