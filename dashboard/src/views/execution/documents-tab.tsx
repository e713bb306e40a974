/** What the chosen step, or the whole execution, got and made. */
import type { ExecutionView, Step, StepDocuments } from "../../../../src/api/shapes/executions.ts";
import { useQuery } from "../../api/use-query.ts";
import { JsonTree } from "../../parts/json-tree/json-tree.tsx";
import { Loading } from "../../parts/loading.tsx";
import { ProblemNote } from "../../parts/problem.tsx";

interface DocumentsTabProps {
  readonly path: string;
  readonly execution: ExecutionView;
  readonly step: Step | undefined;
}

export function DocumentsTab({ path, execution, step }: DocumentsTabProps) {
  const isOpen = step === undefined ? execution.status === "RUNNING" : step.exitedAt === undefined;
  const asked = useQuery<StepDocuments>(path, { path: step?.path }, { live: isOpen });
  if (asked.problem) return <ProblemNote problem={asked.problem} onRetry={asked.refresh} />;
  if (asked.data === undefined) return <Loading />;
  const { input, output, error } = asked.data;
  const what = step === undefined ? "The execution" : step.label;
  return (
    <div class="documents">
      <Document title="Input" value={input} none={`${what} got nothing that is known.`} />
      <Document
        title="Output"
        value={output}
        none={isOpen ? `${what} has made nothing yet: it still runs.` : `${what} made no output.`}
      />
      {error && (
        <section aria-label="Error">
          <h2>Error: {error.error}</h2>
          <p class="cause">{error.cause}</p>
        </section>
      )}
    </div>
  );
}

interface DocumentProps {
  readonly title: string;
  readonly value: unknown;
  readonly none: string;
}

function Document({ title, value, none }: DocumentProps) {
  return (
    <section aria-label={title}>
      <h2>{title}</h2>
      {value === undefined ? <p class="faint">{none}</p> : <JsonTree document={value} label={title} />}
    </section>
  );
}
