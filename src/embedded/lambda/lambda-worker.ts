/** The program of a Lambda worker process: it loads one handler and runs its invocations, one at a time. */
import { LAMBDA_ERRORS, LAMBDA_PAYLOAD_BYTES, type LambdaFailure } from "./lambda-errors.ts";
import { type Handler, LoadFailure, loadHandler } from "./lambda-handler.ts";
import { endOfOutput, type FromWorker, type Invocation, type ToWorker, type WorkerOutcome } from "./lambda-messages.ts";

const send = process.send?.bind(process) as ((message: FromWorker, sent: () => void) => void) | undefined; // fork's own
const writeError = process.stderr.write.bind(process.stderr);
const writeOutput = process.stdout.write.bind(process.stdout);

let handler: Handler | undefined;
let current: Invocation | undefined;

function start(): void {
  // The channel is the pool's: a handler that finds `process.send` would take itself for somebody's child.
  Reflect.deleteProperty(process, "send");
  // One stream, so that the lines of console.log and console.error keep their order.
  process.stderr.write = writeOutput;
  process.on("message", (message: ToWorker) => {
    if (message.type === "load") void load(message.directory, message.handler);
    else void invoke(message.invocation);
  });
  // Nobody waits for the result any more: everything that was started here ends with the runtime.
  process.on("disconnect", () => process.kill(-process.pid, "SIGKILL"));
  process.on("uncaughtException", (error) => end(failed(describe(error), true)));
  process.on("unhandledRejection", (reason) => {
    const failure = describe(reason);
    const errorMessage = `${failure.errorType}: ${failure.errorMessage}`;
    end(failed({ ...failure, errorType: LAMBDA_ERRORS.unhandledRejection, errorMessage }, true));
  });
}

async function load(directory: string, name: string): Promise<void> {
  try {
    handler = await loadHandler(directory, name);
    send?.({ type: "loaded" }, () => {});
  } catch (thrown) {
    end(failed(thrown instanceof LoadFailure ? thrown.failure : describe(thrown), true));
  }
}

async function invoke(invocation: Invocation): Promise<void> {
  current = invocation;
  try {
    // The pool invokes only after "loaded".
    const result = await handler?.(JSON.parse(invocation.payload), contextOf(invocation));
    // A promise that was forgotten and has failed is told now, for this invocation and not for the next.
    await new Promise(setImmediate);
    if (current === invocation) end(marshal(result));
  } catch (thrown) {
    end(failed(describe(thrown), false));
  }
}

function contextOf(invocation: Invocation): object {
  const deadline = performance.now() + invocation.timeout;
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionName: invocation.functionName,
    functionVersion: "$LATEST",
    invokedFunctionArn: invocation.functionArn,
    memoryLimitInMB: String(invocation.memorySize),
    awsRequestId: invocation.requestId,
    logGroupName: `/aws/lambda/${invocation.functionName}`,
    logStreamName: invocation.requestId,
    getRemainingTimeInMillis: () => Math.max(0, Math.round(deadline - performance.now())),
  };
}

/** As in Lambda, no result is null. */
function marshal(result: unknown): WorkerOutcome {
  try {
    if (typeof result === "function" || typeof result === "symbol") throw new TypeError(`it is a ${typeof result}`);
    const text = JSON.stringify(result) ?? "null";
    const bytes = Buffer.byteLength(text);
    if (bytes <= LAMBDA_PAYLOAD_BYTES) return { ok: true, result: text, residentBytes: residentBytes() };
    const errorMessage = `Response payload size (${bytes} bytes) exceeded maximum allowed payload size (${LAMBDA_PAYLOAD_BYTES} bytes).`;
    return failed({ errorType: LAMBDA_ERRORS.responseTooLarge, errorMessage, trace: [] }, false);
  } catch (thrown) {
    const { errorMessage, trace } = describe(thrown);
    const message = `Unable to write the handler's result as JSON: ${errorMessage}`;
    return failed({ errorType: LAMBDA_ERRORS.notJson, errorMessage: message, trace }, false);
  }
}

function failed(failure: LambdaFailure, fatal: boolean): WorkerOutcome {
  return { ok: false, failure, fatal, residentBytes: residentBytes() };
}

/** Anything can be thrown: for what is no error, its type stands as the name, as in Lambda. */
function describe(thrown: unknown): LambdaFailure {
  try {
    if (thrown instanceof Error || isErrorLike(thrown)) {
      const trace = typeof thrown.stack === "string" ? thrown.stack.split("\n") : [];
      return { errorType: String(thrown.name), errorMessage: String(thrown.message), trace };
    }
    const text = typeof thrown === "object" ? JSON.stringify(thrown) : String(thrown);
    return { errorType: typeof thrown, errorMessage: text, trace: [] };
  } catch (error) {
    return { errorType: "Error", errorMessage: `What was thrown cannot be described: ${error}`, trace: [] };
  }
}

/** Errors of another realm (vm, some test libraries) are no instances of this realm's Error. */
function isErrorLike(value: unknown): value is Error {
  return typeof value === "object" && value !== null && "name" in value && "message" in value && "stack" in value;
}

/** Pipes are written synchronously, so the marks lie behind everything that the handler wrote. */
function end(outcome: WorkerOutcome): void {
  const requestId = current?.requestId ?? "";
  current = undefined;
  writeOutput(`${endOfOutput(requestId)}\n`);
  writeError(`${endOfOutput(requestId)}\n`);
  send?.({ type: "ended", ...outcome }, () => {
    if (!outcome.ok && outcome.fatal) process.kill(process.pid, "SIGKILL");
  });
}

function residentBytes(): number {
  return process.memoryUsage.rss();
}

start();
