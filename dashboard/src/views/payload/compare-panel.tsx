/** What an execution changed, or what is different from one attempt to the next. */
import type { PayloadDiff, PayloadView } from "../../../../src/api/shapes/payloads.ts";
import { useQuery } from "../../api/use-query.ts";
import { setQuery } from "../../location.ts";
import { DiffTable } from "../../parts/diff/diff-table.tsx";
import { Empty } from "../../parts/empty.tsx";
import { Loading } from "../../parts/loading.tsx";
import { DocumentProblem } from "./document-panel.tsx";
import { DocumentSelect } from "./document-select.tsx";
import { comparedAtFirst, documentNamed, documentsOf } from "./documents.ts";

interface ComparePanelProps {
  readonly payload: PayloadView;
  readonly from: string | null;
  readonly to: string | null;
}

export function ComparePanel({ payload, from: askedFrom, to: askedTo }: ComparePanelProps) {
  const choices = documentsOf(payload.attempts);
  const [firstFrom, firstTo] = comparedAtFirst(choices) ?? ["", ""];
  const from = documentNamed(askedFrom) && askedFrom ? askedFrom : firstFrom;
  const to = documentNamed(askedTo) && askedTo ? askedTo : firstTo;
  const isComplete = from !== "" && to !== "";
  const { data, problem, isLoading, refresh } = useQuery<PayloadDiff>(isComplete ? "/v1/payload/diff" : undefined, {
    id: payload.id,
    from,
    to,
  });
  const labelOf = (text: string) => choices.find((choice) => choice.text === text)?.label ?? text;
  if (choices.length < 2) {
    return (
      <Empty title="There is nothing to compare.">
        <p>That takes two documents: the input and the output of an execution, or the inputs of two attempts.</p>
      </Empty>
    );
  }
  return (
    <>
      <div class="document-tools">
        <DocumentSelect label="From" choices={choices} value={from} onChange={(text) => setQuery({ from: text })} />
        <DocumentSelect label="To" choices={choices} value={to} onChange={(text) => setQuery({ to: text })} />
        <button type="button" class="button" onClick={() => setQuery({ from: to, to: from })}>
          Swap
        </button>
      </div>
      {problem && <DocumentProblem problem={problem} onRetry={refresh} />}
      {isLoading && <Loading what="Comparing" />}
      {data && <DiffTable diff={data} from={labelOf(from)} to={labelOf(to)} />}
    </>
  );
}
