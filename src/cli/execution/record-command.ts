/** `cirrus execution record`: what a task got, here or in a stage, as a fixture that its tests run with. */
import { relative, resolve } from "node:path";
import { isoTime, systemClock } from "../../clock.ts";
import { CirrusError, EXIT } from "../../errors.ts";
import { errorOfExecution } from "../../events/execution-error.ts";
import type { ExecutionDescription, HistoryEvent } from "../../executions/executions.ts";
import { type Step, stepsOf } from "../../executions/steps-of-history.ts";
import { AROUND_JOBS } from "../../executions/task-target.ts";
import { storedDocument } from "../../functions/stored-documents.ts";
import { isJsonObject, type Json } from "../../json.ts";
import type { RecordedManifest } from "../../testing/recorded.ts";
import type { Register } from "../commands.ts";
import { parseCount } from "../options.ts";
import { addPlaceOptions, type Backend, type PlaceOptions, withBackend } from "../place/backend.ts";
import type { Io } from "../terminal/io.ts";
import { findExecution } from "./execution-target.ts";

interface RecordOptions extends PlaceOptions {
  readonly workflow?: string;
  readonly state?: string;
  readonly maxSize: number;
}

const MB = 1_000_000;

export const registerRecord: Register = (command, io) => {
  addPlaceOptions(command)
    .description(
      "Record what a task got as a fixture of its tests: the payload and the objects of its items. Without --state it is what the task got that failed, or else the execution.",
    )
    .argument("<payload-id|execution>", "a payload ID for its latest execution, or an execution's name or ARN")
    .argument("[folder]", "where the fixture goes; fixtures/<execution> where it is not named")
    .option("--workflow <name>", "the workflow of an execution that is given by its name")
    .option("--state <name>", "record what this state of the workflow got, the last time it was entered")
    .option("--max-size <MB>", "objects larger than this are left out, and only their sizes recorded", parseCount, 10)
    .addHelpText(
      "after",
      '\nExample:\n  cirrus execution record landsat/workflow-mirror/scene-1 \\\n    tasks/copy-assets/fixtures/cut-off --stage prod\n\nIn a test: await testTask(handler, "tasks/copy-assets/fixtures/cut-off")',
    )
    .action((target: string, folder: string | undefined, options: RecordOptions) =>
      withBackend(io, options, async (backend) => {
        const { execution, record } = await findExecution(backend, target, options.workflow);
        const path = resolve(io.cwd, folder ?? `fixtures/${execution.name}`);
        const found = await inputOf(execution, options.state, backend);
        const about = {
          ...(record && { payloadId: record.payloadId }),
          ...{ workflow: execution.workflow, ...(found.state !== undefined && { state: found.state }) },
          ...{ place: backend.place, recordedAt: isoTime(systemClock.now()) },
          ...(isFailure(execution) && { error: errorOfExecution(execution) }),
        };
        // A tester's need alone: other commands start without it.
        const { recordPayload } = await import("../../testing/record.ts");
        const { environment, ports } = backend;
        const maxBytes = options.maxSize * MB;
        const request = { folder: path, payload: found.payload, about, environment, objects: ports.objects, maxBytes };
        report(io, relative(io.cwd, path), found.state, await recordPayload(request));
      }),
    );
};

function isFailure({ status }: ExecutionDescription): boolean {
  return status === "FAILED" || status === "TIMED_OUT";
}

interface Found {
  /** Undefined where it is what the execution got. */
  readonly state: string | undefined;
  readonly payload: Json;
}

async function inputOf(execution: ExecutionDescription, state: string | undefined, backend: Backend): Promise<Found> {
  const history = await backend.ports.executions.history(execution);
  const steps = stepsOf(history);
  const step = state === undefined ? failedTask(steps) : steps.findLast((one) => one.state === state);
  if (state !== undefined && step === undefined) {
    const entered = [...new Set(steps.map((one) => one.state))].join(", ");
    throw new CirrusError(`The execution ${execution.name} did not enter a state ${state}.`, {
      hint: `It entered: ${entered || "none"}.`,
      exitCode: EXIT.notFound,
    });
  }
  const input = step === undefined ? undefined : enteredWith(step, history);
  return { state: step?.state, payload: await payloadIn(input ?? (JSON.parse(execution.input) as Json), backend) };
}

/** The first of the tasks that failed last: what comes after a failed job fails with the job's own error. */
function failedTask(steps: readonly Step[]): Step | undefined {
  const failed = steps.filter(({ tries }) => /failed|timed out/.test(tries.at(-1)?.status ?? ""));
  return failed.findLast(({ state, resource = "" }) => !isAroundJobs(state) && !isAroundJobs(resource));
}

/** `post-batch`, `demo-dev-post-batch`, `post-batch-reproject` */
function isAroundJobs(name: string): boolean {
  return [...AROUND_JOBS].some((around) => name.startsWith(around) || name.endsWith(around));
}

function enteredWith({ path }: Step, history: readonly HistoryEvent[]): Json | undefined {
  return history.findLast((event) => event.path === path && event.type.endsWith("StateEntered"))?.details.input;
}

/** The payload itself, or the one at `{url}`, which is what a job is given. */
async function payloadIn(input: Json, { ports }: Backend): Promise<Json> {
  if (!isJsonObject(input) || typeof input.url !== "string") return input;
  const payload = await storedDocument(input.url, ports);
  if (payload !== undefined) return payload;
  throw new CirrusError(`The object is gone: ${input.url}`, {
    hint: "Objects have a lifetime; run the payload again, and record it then.",
    exitCode: EXIT.notFound,
  });
}

function report(io: Io, folder: string, state: string | undefined, { objects }: RecordedManifest): void {
  io.stdout.write(`${folder}\n`);
  const what = state === undefined ? "the execution" : `the state ${state}`;
  const lines = Object.entries(objects).map(([url, object]) => {
    if ("file" in object) return `  ${url} (${object.size} bytes)`;
    if (!("unavailable" in object)) return `  only the size of ${url}`;
    // The reason names the object itself, for a test that reads it.
    return `  without ${url}: ${object.unavailable.replaceAll(url, "it")}`;
  });
  io.stderr.write([`Recorded what ${what} got.`, ...lines, `In a test: testTask(handler, "${folder}")`, ""].join("\n"));
}
