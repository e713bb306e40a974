/** All that is known of the execution, as the API tells it. */
import type { ExecutionView } from "../../../../src/api/shapes/executions.ts";
import { JsonTree } from "../../parts/json-tree/json-tree.tsx";

export function JsonTab({ execution }: { readonly execution: ExecutionView }) {
  return <JsonTree document={execution} label="The execution" />;
}
