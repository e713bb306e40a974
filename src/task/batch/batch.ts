/**
 * Runs a task's handler as a Batch job: `cirrus-batch process <url> [--output <url>]`. The container's entry point,
 * and what the embedded runtime starts in its place.
 */
import { parseArgs } from "node:util";
import { LoadFailure, loadHandler } from "../../embedded/lambda/lambda-handler.ts";
import { type Environment, readEnvironment } from "../../env.ts";
import { CirrusError, describeError, EXIT, type ExitCode } from "../../errors.ts";
import { isJsonObject } from "../../json.ts";
import type { Log } from "../../log.ts";
import { isObjectUrl, type ObjectStore, type ObjectUrl } from "../../payload/object-store.ts";
import { batchUrls } from "../../payload/object-urls.ts";
import { spellOut, TaskStopped } from "../errors.ts";
import { objectsFromEnvironment } from "../objects.ts";
import { PORTS, type TaskContext, type TaskPorts } from "../ports.ts";
import { InstanceTaken, watchForNotice } from "./spot-notice.ts";
import { findTaskCode } from "./task-code.ts";

const USAGE =
  "Usage: cirrus-batch process <s3 url of the payload> [--output <s3 url of the result>] [--no-validate] [--save-workdir]";

interface Job {
  readonly url: ObjectUrl;
  readonly output: ObjectUrl;
  /** Whether the items of the result are held against the schemas of STAC. */
  readonly validate: boolean;
  /** Whether the task's work directory is left as it was at the end, for people to look into. */
  readonly saveWorkdir: boolean;
}

interface Failure {
  readonly error: string;
  readonly cause: string;
  /** Batch counts the attempts of a job from 1. */
  readonly attempt?: number;
}

/** The exit code. Progress goes to `print`, and after a failure its last line is `ErrorName: message`. */
export async function main(args: readonly string[], print: (line: string) => void = printLine): Promise<ExitCode> {
  const job = readArguments(args);
  if ("problem" in job) {
    print(`UsageError: ${job.problem}. ${USAGE}`);
    return EXIT.usage;
  }
  const stop = new AbortController();
  const onTerminate = () => stop.abort(new TaskStopped("The job was told to end (SIGTERM)"));
  process.once("SIGTERM", onTerminate);
  const environment = environmentOf(job);
  const ended = new AbortController();
  const watching = watchForNotice(environment, stop, ended.signal);
  try {
    return await runJob(job, environment, stop.signal, print);
  } finally {
    ended.abort();
    await watching;
    process.off("SIGTERM", onTerminate);
  }
}

function environmentOf({ validate, saveWorkdir }: Job): Environment {
  return {
    ...readEnvironment(),
    ...(validate ? {} : { CIRRUS_VALIDATE: "false" }),
    ...(saveWorkdir ? { CIRRUS_SAVE_WORKDIR: "true" } : {}),
  };
}

async function runJob(
  job: Job,
  environment: Environment,
  signal: AbortSignal,
  print: (line: string) => void,
): Promise<ExitCode> {
  let objects: ObjectStore | undefined;
  try {
    objects = objectsFromEnvironment(environment);
    const code = await findTaskCode(environment, signal, print);
    try {
      print(`Loading ${code.handler} from ${code.directory}`);
      const handler = await loadHandler(code.directory, code.handler);
      print(`Processing ${job.url}`);
      const log = lineLog(print);
      const result = await handler({ url: job.url }, contextOf({ environment, objects, log, signal }));
      await objects.put(job.output, await resultText(result, objects), { contentType: "application/json" });
    } finally {
      await code.remove();
    }
    print(`Wrote ${job.output}`);
    return EXIT.ok;
  } catch (thrown) {
    const failure = failureOf(thrown, environment.AWS_BATCH_JOB_ATTEMPT);
    await reportFailure(objects, job, failure, print);
    print(`${failure.error}: ${singleLine(failure.cause)}`);
    return thrown instanceof InstanceTaken ? thrown.exitCode : EXIT.failed;
  }
}

/** The same invocation as in Lambda, but for the deadline: a job has none that it could know. */
function contextOf(ports: Partial<TaskPorts>): TaskContext {
  return { [PORTS]: { ...ports, inlineLimit: Number.POSITIVE_INFINITY } };
}

/** A handler that is no task of this SDK may give a URL back, as any Lambda task may. */
async function resultText(result: unknown, objects: ObjectStore): Promise<string | Uint8Array> {
  if (isJsonObject(result) && isObjectUrl(result.url)) {
    const got = await objects.get(result.url);
    if (got.outcome === "found") return got.body;
    throw new CirrusError(`The handler returned the url ${result.url}, which is ${got.outcome}`);
  }
  if (isJsonObject(result)) return JSON.stringify(result);
  throw new CirrusError(`The handler returned ${result === null ? "null" : typeof result} and no payload`, {
    hint: "Return a payload as an object, or {url}.",
  });
}

/** Beside the output, for post-batch: a log holds the error for people, this holds it for the workflow. */
async function reportFailure(
  objects: ObjectStore | undefined,
  job: Job,
  failure: Failure,
  print: (line: string) => void,
): Promise<void> {
  try {
    await objects?.put(errorUrl(job.output), JSON.stringify(failure), { contentType: "application/json" });
  } catch (thrown) {
    const { error, cause } = describeError(thrown);
    print(`The error could not be stored at ${errorUrl(job.output)}: ${error}: ${cause}`);
  }
}

/** `…/x.json` and `…/x_out.json` both to `…/x_error.json`, where post-batch looks for it. */
export function errorUrl(output: ObjectUrl): ObjectUrl {
  // Only the end of the key changes, so that it stays an object's URL.
  return batchUrls(output.replace(/_out\.json$/, ".json") as ObjectUrl).urlError;
}

function failureOf(thrown: unknown, attempt: string | undefined): Failure {
  const { error, cause } = thrown instanceof LoadFailure ? loadFailure(thrown) : describeError(spellOut(thrown));
  return { error, cause, ...(attempt === undefined ? {} : { attempt: Number(attempt) }) };
}

function loadFailure({ failure }: LoadFailure): Failure {
  return { error: failure.errorType, cause: failure.errorMessage };
}

function readArguments(args: readonly string[]): Job | { readonly problem: string } {
  try {
    const { positionals, values } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        output: { type: "string" },
        "no-validate": { type: "boolean", default: false },
        "save-workdir": { type: "boolean", default: false },
      },
    });
    const [command, url, ...more] = positionals;
    if (command !== "process") return { problem: `The command is ${command ?? "missing"}, expected process` };
    if (more.length > 0) return { problem: `There is one argument too many: ${more[0]}` };
    if (!isObjectUrl(url)) return { problem: `The payload is ${url || "missing"}, expected s3://bucket/key` };
    // A job definition's parameter without a value arrives as an empty text.
    const output = values.output || url;
    if (!isObjectUrl(output)) return { problem: `--output is ${output}, expected s3://bucket/key` };
    return { url, output, validate: !values["no-validate"], saveWorkdir: values["save-workdir"] };
  } catch (thrown) {
    return { problem: describeError(thrown).cause };
  }
}

/** Batch keeps what a job prints as its log: plain lines, the message first. */
function lineLog(print: (line: string) => void): Log {
  const line =
    (prefix: string): Log["info"] =>
    (message, fields = {}) => {
      const shown = Object.entries(fields).filter(([, value]) => value !== undefined);
      print([`${prefix}${message}`, ...shown.map(([name, value]) => `${name}=${value}`)].join(" "));
    };
  return { debug() {}, info: line(""), warn: line("Warning: "), error: line("Error: ") };
}

/** The last line is what a reader of the log finds the error by, so it has to be one line. */
function singleLine(text: string): string {
  return text.replaceAll(/\s*\n\s*/g, " ");
}

function printLine(line: string): void {
  process.stdout.write(`${line}\n`);
}
