/** Which execution is meant: the latest of a payload, or one by its name or ARN. */
import { CirrusError, EXIT } from "../../errors.ts";
import type { ExecutionDescription, ExecutionKey } from "../../executions/executions.ts";
import { parsePayloadId } from "../../payload/payload-id.ts";
import type { PayloadRecord } from "../../state/state-store.ts";
import { requireRecord } from "../payload/require-record.ts";
import type { Backend } from "../place/backend.ts";

export interface Target {
  readonly execution: ExecutionDescription;
  /** The payload's record, where the execution was found by it. */
  readonly record?: PayloadRecord;
}

export async function findExecution(backend: Backend, text: string, workflow?: string): Promise<Target> {
  if (parsePayloadId(text) !== undefined) {
    const record = await requireRecord(backend, text);
    const execution = await backend.ports.executions.describe({ workflow: record.workflow, name: record.execution });
    if (execution !== undefined) return { execution, record };
    if (record.state === "WAITING") {
      throw new CirrusError(`${text} is WAITING for others: it has no execution yet.`, {
        hint: `See who is missing: npx cirrus state get ${text}${backend.flags}`,
        exitCode: EXIT.conflict,
      });
    }
    throw notFound(
      `The execution ${record.execution} of ${text} has not started, or the engine has forgotten it.`,
      backend,
    );
  }
  for (const key of keysOf(backend, text, workflow)) {
    const execution = await backend.ports.executions.describe(key);
    if (execution !== undefined) return { execution };
  }
  throw notFound(`There is no payload and no execution ${text} ${backend.place}.`, backend);
}

/** An ARN says its workflow; a name alone is looked for in each of the project's. */
function keysOf({ ports, workflows }: Backend, text: string, workflow: string | undefined): readonly ExecutionKey[] {
  const [, machine, name] = /^arn:[^:]*:states:[^:]*:[^:]*:execution:([^:]+):([^:]+)$/.exec(text) ?? [];
  if (machine !== undefined && name !== undefined) {
    return machine.startsWith(ports.stateMachinePrefix)
      ? [{ workflow: machine.slice(ports.stateMachinePrefix.length), name }]
      : [];
  }
  return (workflow === undefined ? workflows : [workflow]).map((one) => ({ workflow: one, name: text }));
}

function notFound(message: string, { flags }: Backend): CirrusError {
  return new CirrusError(message, {
    hint: `Name a payload ID (npx cirrus payload list${flags}), an execution's ARN, or its name with --workflow.`,
    exitCode: EXIT.notFound,
  });
}
