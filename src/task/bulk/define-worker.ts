/** Makes a plain function the worker of bulk runs. Nothing heavy is imported: it is loaded in a fresh process for each task. */
import type { StandardSchemaV1 } from "@standard-schema/spec";
import { CirrusError } from "../../errors.ts";
import { isJsonObject, type JsonObject } from "../../json.ts";
import type { WorkerData } from "./worker-data.ts";
import { type CheckedOutcome, checkOutcome, type WorkerOutcome } from "./worker-outcome.ts";

/** What one task does. Whatever it throws ends the attempt as an exception. */
export type WorkerFunction<Data> = (
  taskId: string,
  taskData: Data,
  workerData: WorkerData,
) => WorkerOutcome | Promise<WorkerOutcome>;

/** What runs a worker holds on to. */
export interface BulkWorker {
  /** What the data of an entry must be, as a Standard Schema. */
  readonly schema?: StandardSchemaV1 | undefined;
  /** Checks the data, calls the function and checks what it gives back. */
  run(taskId: string, taskData: unknown, workerData: WorkerData): Promise<CheckedOutcome>;
}

/** As Lambda calls it: with a batch of a run's queue. */
export interface WorkerHandler {
  (event: unknown, context?: unknown): Promise<unknown>;
  readonly worker: BulkWorker;
}

/**
 * @example
 * export const handler = defineWorker(async (taskId, taskData, workerData) => {
 *   if (typeof taskData.a !== "number") return failed("a is no number");
 *   return done({ sum: taskData.a + 1 });
 * });
 */
export function defineWorker(run: WorkerFunction<JsonObject>): WorkerHandler;
export function defineWorker<S extends StandardSchemaV1>(
  run: WorkerFunction<StandardSchemaV1.InferOutput<S>>,
  options: { readonly data: S },
): WorkerHandler;
export function defineWorker(
  run: WorkerFunction<never>,
  options: { readonly data?: StandardSchemaV1 } = {},
): WorkerHandler {
  const schema = options.data;
  // The overloads have seen to it that the function takes what the schema gives.
  const call = run as WorkerFunction<unknown>;
  const worker: BulkWorker = {
    schema,
    async run(taskId, taskData, workerData) {
      const checked = await schema?.["~standard"].validate(taskData);
      if (checked?.issues !== undefined) return { outcome: "failed", reason: explain(checked.issues) };
      return checkOutcome(await call(taskId, checked === undefined ? taskData : checked.value, workerData));
    },
  };
  return Object.assign(invocation(worker), { worker });
}

/** The worker that a module exports under a name. */
export function workerOf(exported: unknown): BulkWorker | undefined {
  if (typeof exported !== "function" || !("worker" in exported)) return undefined;
  const { worker } = exported;
  // A `run` there is defineWorker's own, of this or another version of the package.
  return isJsonObject(worker) && typeof worker.run === "function" ? (worker as unknown as BulkWorker) : undefined;
}

/** As a Lambda it takes what the run's queue delivers; whatever that needs is loaded then. */
function invocation(worker: BulkWorker): (event: unknown, context?: unknown) => Promise<unknown> {
  let deliver: Promise<(event: unknown, context: unknown) => Promise<unknown>> | undefined;
  return async (event, context) => {
    if (!isQueueBatch(event)) throw notInvoked();
    deliver ??= import("./delivery.ts").then(({ makeDelivery }) => makeDelivery(worker));
    return (await deliver)(event, context);
  };
}

function isQueueBatch(event: unknown): boolean {
  if (!isJsonObject(event) || !Array.isArray(event.Records)) return false;
  return event.Records.every((record) => isJsonObject(record) && record.eventSource === "aws:sqs");
}

function notInvoked(): CirrusError {
  return new CirrusError("This handler is the worker of a bulk run, and the event is no batch of a run's queue", {
    hint: "Run it with `npx cirrus bulk run`.",
  });
}

function explain(issues: readonly StandardSchemaV1.Issue[]): string {
  const problems = issues.map(({ path = [], message }) => {
    const keys = path.map((segment) => (typeof segment === "object" ? segment.key : segment));
    const place = keys.map((key) => (typeof key === "number" ? `[${key}]` : `.${String(key)}`)).join("");
    return `$.data${place}: ${message}`;
  });
  return `its data is not valid: ${problems.join("; ")}`;
}
