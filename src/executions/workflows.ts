/** Port: the workflows that exist. On AWS these are the stack's state machines, on one machine those of the project. */
import type { Json } from "../json.ts";
import type { ExecutionKey } from "./executions.ts";

export interface WorkflowInfo {
  /** As payloads name it. */
  readonly name: string;
  readonly description?: string | undefined;
  /** Amazon States Language. */
  readonly definition: Json;
}

export interface Workflows {
  /** In the order of their names. */
  list(): Promise<readonly WorkflowInfo[]>;
  get(name: string): Promise<WorkflowInfo | undefined>;
  /** The definition that an execution runs with, which may be older; undefined where it is not known any more. */
  definitionOf(key: ExecutionKey): Promise<Json | undefined>;
  /** The name of the task that a Task state's resource and parameters run, and as what; undefined for anything else. */
  taskOf(state: Json): { readonly name: string; readonly kind: "lambda" | "batch" } | undefined;
}
