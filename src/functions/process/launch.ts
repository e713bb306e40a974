/**
 * Starts the execution that a claim planned, under the claim's own name and with the same input each time. A name that
 * is taken is looked up, never assumed: the execution found is adopted, or its end is recorded.
 */

import type { ExecutionDescription } from "../../executions/executions.ts";
import { canonicalJson, type Json } from "../../json.ts";
import { isObjectUrl, type ObjectStore, type ObjectUrl } from "../../payload/object-store.ts";
import { fitsInline } from "../../payload/oversize.ts";
import type { PayloadRecord } from "../../state/state-store.ts";
import type { FunctionPorts } from "../ports.ts";

export type Launch =
  | { readonly outcome: "running" }
  /** It has ended already: its end is still to be recorded. */
  | { readonly outcome: "ended"; readonly execution: ExecutionDescription }
  /** The name belongs to an execution that ended before this claim: another name is needed. */
  | { readonly outcome: "name-taken" }
  /** It can never start. */
  | { readonly outcome: "impossible"; readonly error: string; readonly cause: string };

type LaunchPorts = Pick<FunctionPorts, "objects" | "executions">;

/** `fresh`: this process made the claim; otherwise an earlier delivery did, and its stored input counts. */
export async function launch(
  record: PayloadRecord,
  payload: Json,
  fresh: boolean,
  ports: LaunchPorts,
): Promise<Launch> {
  const stored = fresh ? undefined : await storedInput(record, ports.objects);
  const archive = stored ?? canonicalJson(payload);
  const inline = stored === undefined ? fitsInline(payload) : fitsInline(JSON.parse(stored) as Json);
  const put = async (): Promise<void> => {
    if (stored === undefined) await ports.objects.put(inputUrl(record), archive, JSON_TYPE);
  };
  const start = (input: string) => ports.executions.start({ workflow: record.workflow, name: record.execution, input });

  // An input that travels inside the call need not wait for its archive copy; one that travels by url must.
  const [started] = inline
    ? await allOrThrow([start(archive), put()])
    : [await put().then(() => start(canonicalJson({ url: record.inputUrl })))];

  if (started.outcome === "started") return { outcome: "running" };
  if (started.outcome === "no-such-workflow")
    return { outcome: "impossible", error: "UnknownWorkflow", cause: started.message };
  if (started.outcome === "refused") return { outcome: "impossible", error: started.error, cause: started.message };
  return adopt(record, archive, ports);
}

/** Someone started this name before: with which input, and how far has it come? */
async function adopt(record: PayloadRecord, archive: string, ports: LaunchPorts): Promise<Launch> {
  const execution = await ports.executions.describe({ workflow: record.workflow, name: record.execution });
  if (!execution) throw new Error(`execution ${record.execution} exists but cannot be described`);
  if (isOfEarlierLife(execution, record)) return { outcome: "name-taken" };
  if (execution.input !== archive && !isReference(execution.input)) {
    await ports.objects.put(inputUrl(record), execution.input, JSON_TYPE);
  }
  return execution.stoppedAt === undefined ? { outcome: "running" } : { outcome: "ended", execution };
}

/** Milliseconds by which the clocks of two services may differ. */
const CLOCK_SKEW_MS = 60_000;

/** It ended before the claim was made: the record was lost since, but the engine still remembers. */
export function isOfEarlierLife({ stoppedAt }: ExecutionDescription, { claimedAt }: PayloadRecord): boolean {
  return stoppedAt !== undefined && Date.parse(stoppedAt) < Date.parse(claimedAt) - CLOCK_SKEW_MS;
}

const JSON_TYPE = { contentType: "application/json" } as const;

async function storedInput(record: PayloadRecord, objects: ObjectStore): Promise<string | undefined> {
  const found = await objects.get(inputUrl(record));
  return found.outcome === "found" ? Buffer.from(found.body).toString("utf8") : undefined;
}

function inputUrl(record: PayloadRecord): ObjectUrl {
  if (!isObjectUrl(record.inputUrl))
    throw new Error(`the record of ${record.payloadId} has no usable input URL: ${record.inputUrl}`);
  return record.inputUrl;
}

function isReference(input: string): boolean {
  return input.startsWith('{"url":');
}

/** Waits for both even if one fails, so that no write goes on behind a reported failure. */
async function allOrThrow<A, B>([first, second]: readonly [Promise<A>, Promise<B>]): Promise<[A, B]> {
  const [a, b] = await Promise.allSettled([first, second]);
  if (a.status === "rejected") throw a.reason;
  if (b.status === "rejected") throw b.reason;
  return [a.value, b.value];
}
