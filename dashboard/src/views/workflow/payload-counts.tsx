/** What the workflow's payloads came to, and the tasks that it runs: each leads on. */
import type { WorkflowView } from "../../../../src/api/shapes/workflows.ts";
import type { State } from "../../../../src/state/states.ts";
import { Empty } from "../../parts/empty.tsx";
import { StateMark } from "../../parts/state-mark.tsx";
import { href } from "../../routes.ts";

const SHOWN: readonly State[] = ["WAITING", "CLAIMED", "PROCESSING", "SUCCEEDED", "FAILED", "INVALID", "ABORTED"];

export function PayloadCounts({ workflow }: { readonly workflow: WorkflowView }) {
  const { name, counts, tasks } = workflow;
  const some = SHOWN.filter((state) => (counts[state] ?? 0) > 0);
  return (
    <>
      {some.length === 0 ? (
        <Empty title="No payload has gone through it yet." command="npx cirrus publish payload.json">
          <p>
            A payload names it in <code>process</code>: <code>{`{"workflow": "${name}"}`}</code>.
          </p>
        </Empty>
      ) : (
        <ul class="workflow-counts" aria-label="Payloads by state">
          {some.map((state) => (
            <li key={state}>
              <a href={href.payloads({ workflow: name, state })}>
                <StateMark state={state} /> <strong>{(counts[state] ?? 0).toLocaleString("en")}</strong>
              </a>
            </li>
          ))}
        </ul>
      )}
      {tasks.length > 0 && (
        <p>
          Tasks:{" "}
          {tasks.map((task, index) => (
            <span key={task}>
              {index > 0 && ", "}
              <a href={href.task(task, { workflow: name })}>{task}</a>
            </span>
          ))}
        </p>
      )}
    </>
  );
}
