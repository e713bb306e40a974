import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { systemClock } from "../../src/clock.ts";
import {
  LambdaError,
  type LambdaPool,
  type LambdaPoolOptions,
  makeLambdaPool,
} from "../../src/embedded/lambda/lambda-pool.ts";
import { makeTaskLogs } from "../../src/embedded/logs/task-logs.ts";
import { isRunning, processIdentity } from "../../src/embedded/processes/processes.ts";
import type { LambdaFunction } from "../../src/executions/lambda-function.ts";
import type { Json } from "../../src/json.ts";
import { makeHandClock } from "../scheduler/execute/hand-clock.ts";

let directory: string;
let pool: LambdaPool | undefined;
let requests = 0;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "cirrus-pool-"));
});
afterEach(async () => {
  await pool?.close();
  pool = undefined;
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const home = () => join(directory, ".cirrus");
const logs = () => makeTaskLogs(join(home(), "logs"));

function makePool(options: Partial<LambdaPoolOptions> = {}): LambdaPool {
  pool = makeLambdaPool({ logs: logs(), clock: systemClock, home: home(), maxWorkers: 2, ...options });
  return pool;
}

/** A task whose module is `code`; each has a folder of its own. */
function task(name: string, code: string, options: Partial<LambdaFunction> & { file?: string } = {}): LambdaFunction {
  const { file = "handler.ts", ...rest } = options;
  const folder = mkdtempSync(join(directory, `${name}-`));
  writeFileSync(join(folder, file), code);
  return {
    name,
    arn: `arn:aws:lambda:eu-central-1:000000000000:function:${name}`,
    directory: folder,
    handler: "handler.handler",
    memorySize: 256,
    timeout: 20,
    environment: {},
    ...rest,
  };
}

function invoke(fn: LambdaFunction, payload: Json = {}, signal?: AbortSignal): Promise<Json> {
  return (pool ?? makePool()).invoke(fn, payload, { requestId: `request-${++requests}`, signal });
}

/** What Step Functions would show. */
async function failureOf(invocation: Promise<Json>): Promise<{ error: string; errorMessage: string; trace: string[] }> {
  const thrown = await invocation.then(
    (result) => ({ unexpected: result }),
    (error: unknown) => error,
  );
  expect(thrown).toBeInstanceOf(LambdaError);
  const { error, errorCause } = thrown as LambdaError;
  const cause = JSON.parse(errorCause);
  expect(cause.errorType).toBe(error);
  return { error, errorMessage: cause.errorMessage, trace: cause.trace };
}

const lastLog = async (fn: LambdaFunction) =>
  ((await logs().tail(`/aws/lambda/${fn.name}/request-${requests}`, 1000)) ?? []).map((line) => line.message);

describe("a handler", () => {
  test("gets event and context and returns JSON", async () => {
    const fn = task(
      "context",
      `export const handler = async (event: { a: number }, context: any) => ({
        event, ...context, remaining: context.getRemainingTimeInMillis() > 0, cwd: process.cwd() });`,
    );
    expect(await invoke(fn, { a: 1, text: "ü😀" })).toEqual({
      event: { a: 1, text: "ü😀" },
      callbackWaitsForEmptyEventLoop: true,
      functionName: "context",
      functionVersion: "$LATEST",
      invokedFunctionArn: fn.arn,
      memoryLimitInMB: "256",
      awsRequestId: `request-${requests}`,
      logGroupName: "/aws/lambda/context",
      logStreamName: `request-${requests}`,
      remaining: true,
      cwd: fn.directory,
    });
  });

  test("sees Lambda's environment and its definition's, and nothing of the caller's", async () => {
    process.env.SECRET_OF_THE_CALLER = "x";
    process.env.AWS_SECRET_ACCESS_KEY = "y";
    const fn = task("env", "export const handler = async () => process.env;", {
      environment: { MINE: "1", AWS_LAMBDA_FUNCTION_NAME: "other", TZ: "Europe/Berlin" },
    });
    const environment = await invoke(fn).finally(() => {
      delete process.env.SECRET_OF_THE_CALLER;
      delete process.env.AWS_SECRET_ACCESS_KEY;
    });
    expect(environment).toMatchObject({
      MINE: "1",
      TZ: "Europe/Berlin",
      AWS_REGION: "eu-central-1",
      AWS_LAMBDA_FUNCTION_NAME: "env",
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "256",
      LAMBDA_TASK_ROOT: fn.directory,
      _HANDLER: "handler.handler",
    });
    expect(Object.keys(environment as object).sort()).toEqual([
      "AWS_DEFAULT_REGION",
      "AWS_EXECUTION_ENV",
      "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
      "AWS_LAMBDA_FUNCTION_NAME",
      "AWS_LAMBDA_FUNCTION_VERSION",
      "AWS_LAMBDA_LOG_GROUP_NAME",
      "AWS_REGION",
      "CIRRUS_SANDBOX",
      "HOME",
      "LAMBDA_TASK_ROOT",
      "LANG",
      "MINE",
      "PATH",
      "TMPDIR",
      "TZ",
      "_HANDLER",
    ]);
  });

  test("that lies in a container image alone is not started here, and the error says what to do", async () => {
    const fn: LambdaFunction = { ...task("image", ""), fromImage: true };
    const { error, errorMessage } = await failureOf(invoke(fn));
    expect(error).toBe("Runtime.ImageNotHere");
    expect(errorMessage).toMatch(/runs from a container image.*Put a module for its handler.*Batch job/);
  });

  test("may be JavaScript, CommonJS or a nested export", async () => {
    expect(await invoke(task("mjs", "export const handler = async () => 'mjs'", { file: "handler.mjs" }))).toBe("mjs");
    expect(await invoke(task("cjs", "exports.handler = async () => 'cjs'", { file: "handler.cjs" }))).toBe("cjs");
    const nested = task("nested", "export const api = { get: () => 'got' }", { handler: "handler.api.get" });
    expect(await invoke(nested)).toBe("got");
  });

  test("that returns nothing gives null", async () => {
    expect(await invoke(task("nothing", "export const handler = async () => {};"))).toBe(null);
  });

  test("finds payloads and gives results of several megabytes", async () => {
    const fn = task("large", "export const handler = async (event: string) => event + event;");
    const text = "x".repeat(2_900_000);
    expect(await invoke(fn, text)).toBe(text + text);
    expect(await failureOf(invoke(fn, "x".repeat(3_500_000)))).toMatchObject({
      error: "Function.ResponseSizeTooLarge",
    });
    expect(await failureOf(invoke(fn, "x".repeat(7_000_000)))).toMatchObject({
      error: "Lambda.RequestTooLargeException",
    });
    expect(await invoke(fn, "still usable")).toBe("still usablestill usable");
  });
});

describe("a failure", () => {
  const throwing = `
    class InvalidInput extends Error { name = "InvalidInput" }
    export const handler = async ({ how }: { how: string }) => {
      if (how === "named") throw new InvalidInput("no bands");
      if (how === "text") throw "only text";
      if (how === "object") throw { code: 7 };
      if (how === "null") throw null;
      if (how === "reject") return Promise.reject(new TypeError("rejected"));
      if (how === "huge") throw new Error("\\u0001".repeat(300000));
      if (how === "bigint") return 1n;
      if (how === "cycle") { const a: any = {}; a.a = a; return a; }
      if (how === "function") return () => 1;
      return process.pid;
    };`;

  test("of the handler keeps the thrown error's name, message and trace, and the worker goes on", async () => {
    const fn = task("throwing", throwing);
    const pid = await invoke(fn);
    const named = await failureOf(invoke(fn, { how: "named" }));
    expect(named).toMatchObject({ error: "InvalidInput", errorMessage: "no bands" });
    expect(named.trace.join("\n")).toContain("handler.ts");
    expect(await failureOf(invoke(fn, { how: "reject" }))).toMatchObject({
      error: "TypeError",
      errorMessage: "rejected",
    });
    expect(await failureOf(invoke(fn, { how: "text" }))).toMatchObject({ error: "string", errorMessage: "only text" });
    expect(await failureOf(invoke(fn, { how: "object" }))).toMatchObject({
      error: "object",
      errorMessage: '{"code":7}',
    });
    expect(await failureOf(invoke(fn, { how: "null" }))).toMatchObject({ error: "object", errorMessage: "null" });
    expect(await invoke(fn)).toBe(pid);
  });

  test.each(["bigint", "cycle", "function"])("is told for a result that is no JSON: %s", async (how) => {
    expect(await failureOf(invoke(task("throwing", throwing), { how }))).toMatchObject({
      error: "Runtime.MarshalError",
    });
  });

  test("has a cause that Step Functions does not cut", async () => {
    const thrown = await invoke(task("throwing", throwing), { how: "huge" }).catch((error: LambdaError) => error);
    expect((thrown as LambdaError).errorCause.length).toBeLessThanOrEqual(32_768);
    expect(JSON.parse((thrown as LambdaError).errorCause).errorMessage).toContain("[message cut]");
  });

  test.each([
    ["a package that is not there", "import 'no-such-package'; export const handler = 1", "Runtime.ImportModuleError"],
    ["a syntax error", "export const handler = async ( => 1", "Runtime.UserCodeSyntaxError"],
    ["no such export", "export const other = async () => 1", "Runtime.HandlerNotFound"],
    ["a callback", "export const handler = (e: 1, c: 2, done: any) => done()", "Runtime.CallbackHandlerDeprecated"],
    ["an error while loading", "throw new RangeError('at load')", "RangeError"],
    ["an exit while loading", "process.exit(3)", "Runtime.ExitError"],
  ])("is told for a module with %s", async (_title, code, error) => {
    expect((await failureOf(invoke(task("module", code)))).error).toBe(error);
  });

  test("is told for a module that is not there and for a handler's name that is none", async () => {
    const code = "export const handler = async () => 1";
    const missing = await failureOf(invoke(task("missing", code, { handler: "index.handler" })));
    expect(missing).toMatchObject({ error: "Runtime.ImportModuleError" });
    expect(missing.errorMessage).toContain("index.ts");
    expect((await failureOf(invoke({ ...task("gone", code), directory: "/no/such/folder" }))).errorMessage).toBe(
      "Cannot start a process for gone: its folder /no/such/folder does not exist",
    );
    expect((await failureOf(invoke(task("bad", code, { handler: "handler" })))).error).toBe(
      "Runtime.MalformedHandlerName",
    );
  });

  test("is told for a process that ends, and the next invocation has a new one", async () => {
    const fn = task(
      "ending",
      `export const handler = async ({ how }: { how?: string }) => {
        if (how === "exit") process.exit(7);
        if (how === "kill") process.kill(process.pid, "SIGKILL");
        if (how === "uncaught") setTimeout(() => { throw new RangeError("later") });
        if (how === "unhandled" || how === "forgotten") Promise.reject(new Error("forgotten"));
        if (how === "forgotten") return "done";
        if (how) await new Promise(() => setInterval(() => {}, 1000));
        return process.pid;
      };`,
    );
    expect(await failureOf(invoke(fn, { how: "exit" }))).toMatchObject({
      error: "Runtime.ExitError",
      errorMessage: "Runtime exited with error: exit status 7",
    });
    expect((await failureOf(invoke(fn, { how: "kill" }))).errorMessage).toBe(
      "Runtime exited with error: signal: SIGKILL",
    );
    expect(await failureOf(invoke(fn, { how: "uncaught" }))).toMatchObject({
      error: "RangeError",
      errorMessage: "later",
    });
    for (const how of ["unhandled", "forgotten"]) {
      expect(await failureOf(invoke(fn, { how }))).toMatchObject({
        error: "Runtime.UnhandledPromiseRejection",
        errorMessage: "Error: forgotten",
      });
    }
    expect(await invoke(fn)).toEqual(expect.any(Number));
  });

  test.each([
    ["waits", "await new Promise(() => setInterval(() => {}, 1000));"],
    ["is in a busy loop", "for (;;);"],
  ])("is told when the handler %s beyond its time, and everything it started ends", async (_title, hang) => {
    const fn = task(
      "hanging",
      `import { spawn } from "node:child_process";
      import { renameSync, writeFileSync } from "node:fs";
      export const handler = async () => {
        const script = ["-c", "trap '' TERM; sleep 100 & wait; sleep 100"];
        const pids = [false, true].map((detached) => spawn("/bin/sh", script, { stdio: "inherit", detached }).pid);
        writeFileSync("started.tmp", JSON.stringify(pids));
        renameSync("started.tmp", "started");
        ${hang}
      };`,
      { timeout: 1.5 },
    );
    const clock = makeHandClock();
    makePool({ clock });
    const failure = failureOf(invoke(fn));
    await expect.poll(() => readdirSync(fn.directory)).toContain("started");
    await clock.advance(1500);
    expect(await failure).toMatchObject({
      error: "Sandbox.Timedout",
      errorMessage: "Task timed out after 1.50 seconds",
    });
    const pids: number[] = JSON.parse(readFileSync(join(fn.directory, "started"), "utf8"));
    for (const pid of pids) await expect.poll(() => processIdentity(pid)).toBeUndefined();
  });

  test.each([
    ["the heap", "const kept: string[][] = []; for (;;) kept.push(new Array(10000).fill('x'));"],
    [
      "buffers",
      "const kept: Buffer[] = []; for (;;) { kept.push(Buffer.alloc(8e6, 1)); await new Promise((r) => setTimeout(r, 10)); }",
    ],
  ])("is told when %s exceed the memory", async (_title, code) => {
    const fn = task("memory", `export const handler = async () => { ${code} }`, { memorySize: 64, timeout: 120 });
    const { error, errorMessage } = await failureOf(invoke(fn));
    expect(error).toBe("Runtime.OutOfMemory");
    expect(errorMessage).toContain("64 MB");
  });

  test("is the abort's own reason when the invocation is aborted, running or waiting", async () => {
    makePool({ maxWorkers: 1 });
    const fn = task("abort", "export const handler = async () => { for (;;); }");
    const [running, waiting] = [new AbortController(), new AbortController()];
    const first = invoke(fn, {}, running.signal);
    const second = invoke(fn, {}, waiting.signal);
    waiting.abort(new Error("no longer needed"));
    await expect(second).rejects.toThrow("no longer needed");
    running.abort(new Error("stopped"));
    await expect(first).rejects.toThrow("stopped");
  });
});

describe("the log of an invocation", () => {
  test("has every line in order between START and REPORT, each invocation in its own stream", async () => {
    const fn = task(
      "logging",
      `export const handler = async (event: { n: number }) => {
        console.log("out", event.n); console.error("error\\nof two lines"); process.stdout.write("no end");
      };`,
    );
    await invoke(fn, { n: 1 });
    await invoke(fn, { n: 2 });
    const lines = await lastLog(fn);
    expect(lines.slice(0, -1)).toEqual([
      `START RequestId: request-${requests} Version: $LATEST`,
      "out 2",
      "error",
      "of two lines",
      "no end",
      `END RequestId: request-${requests}`,
    ]);
    expect(lines.at(-1)).toMatch(
      /^REPORT RequestId: request-\d+\tDuration: [\d.]+ ms\tBilled Duration: \d+ ms\tMemory Size: 256 MB\tMax Memory Used: \d+ MB/,
    );
  });

  test("keeps what was written before a timeout", async () => {
    const code = "console.log('last words'); require('node:fs').writeFileSync('said', ''); for (;;);";
    const fn = task("last-words", `exports.handler = async () => { ${code} }`, { timeout: 1, file: "handler.cjs" });
    const clock = makeHandClock();
    makePool({ clock });
    const failure = failureOf(invoke(fn));
    await expect.poll(() => readdirSync(fn.directory)).toContain("said");
    await clock.advance(1000);
    expect(await failure).toMatchObject({ error: "Sandbox.Timedout" });
    expect(await lastLog(fn)).toContain("last words");
  });

  test("survives a flood of bytes that are no text", async () => {
    const fn = task(
      "flood",
      `export const handler = async () => {
        const bytes = Buffer.alloc(65536, 0xff);
        for (let i = 0; i < 320; i++) process.stderr.write(bytes);
        console.log("\\ndone");
      };`,
    );
    expect(await invoke(fn)).toBe(null);
    const lines = await lastLog(fn);
    expect(lines).toContain("done");
    expect(lines.join("").length).toBeLessThan(200_000);
  });
});

describe("the pool", () => {
  const counting = "let n = 0; export const handler = async () => ({ n: ++n, pid: process.pid });";

  test("uses a warm worker again and a new one once the code has changed", async () => {
    const fn = task("warm", counting);
    const first = (await invoke(fn)) as { n: number; pid: number };
    expect(await invoke(fn)).toEqual({ n: 2, pid: first.pid });
    pool?.refresh("other");
    expect(await invoke(fn)).toEqual({ n: 3, pid: first.pid });
    pool?.refresh("warm");
    expect(await invoke(fn)).toMatchObject({ n: 1 });
    expect(await invoke({ ...fn, environment: { CHANGED: "1" } })).toMatchObject({ n: 1 });
  });

  test("lets a running invocation end when the code changes, and starts the next one anew", async () => {
    const fn = task(
      "changing",
      `let n = 0; export const handler = async ({ ms }: { ms: number }) => {
        await new Promise((r) => setTimeout(r, ms)); return ++n; };`,
    );
    makePool({ maxWorkers: 1 });
    const running = invoke(fn, { ms: 300 });
    pool?.refresh();
    expect(await running).toBe(1);
    expect(await invoke(fn, { ms: 0 })).toBe(1);
  });

  test("serves the waiting in the order they came, whichever function they want", async () => {
    const fn = task("busy", "export const handler = async (n: number) => n;");
    const other = task("other", "export const handler = async (n: number) => n;");
    makePool({ maxWorkers: 1 });
    const order: Json[] = [];
    const wanted = [0, 1, 2, 3, 4, 5, 6];
    await Promise.all(wanted.map((n) => invoke(n % 3 === 0 ? other : fn, n).then((result) => order.push(result))));
    expect(order).toEqual(wanted);
  });

  test("runs as many workers of a function as there are invocations, and no more than it may", async () => {
    const fn = task(
      "meeting",
      `import { readdirSync, writeFileSync } from "node:fs";
      export const handler = async (n: number) => {
        writeFileSync("here-" + process.pid, "");
        while (readdirSync(".").filter((name) => name.startsWith("here-")).length < 2)
          await new Promise((r) => setTimeout(r, 10));
        return n;
      };`,
    );
    const limited = makePool({ maxWorkers: 2 });
    expect(await Promise.all([0, 1, 2, 3, 4].map((n) => invoke(fn, n)))).toEqual([0, 1, 2, 3, 4]);
    expect(limited.stats()).toEqual({ workers: 2, busy: 0, waiting: 0, started: 2 });
  });

  test("keeps functions that take turns from ending each other's workers", async () => {
    const functions = ["a", "b", "c"].map((name) => task(name, "export const handler = async (n: number) => n;"));
    const shared = makePool({ maxWorkers: 2 });
    const wanted = Array.from({ length: 60 }, (_, n) => n);
    await Promise.all(wanted.map((n) => invoke(functions[n % 3] ?? task("none", ""), n)));
    expect(shared.stats().started).toBeLessThan(20);
  });

  test("gives a function a worker however much others have to do", async () => {
    const busy = ["busy-1", "busy-2"].map((name) => task(name, "export const handler = async () => 1;"));
    const late = task("late", "export const handler = async () => 'served';");
    makePool({ maxWorkers: 1 });
    let served: Json | undefined;
    const flood = async (fn: LambdaFunction) => {
      while (served === undefined) await invoke(fn);
    };
    const floods = [...busy, ...busy].map(flood);
    await invoke(late).then((result) => {
      served = result;
    });
    await Promise.all(floods);
    expect(served).toBe("served");
  });

  test("gives a function with much to do the places that others do not use", async () => {
    const other = task("other", "export const handler = async () => 1;");
    const fn = task(
      "meeting",
      `import { readdirSync, writeFileSync } from "node:fs";
      export const handler = async () => {
        writeFileSync("here-" + process.pid, "");
        while (readdirSync(".").filter((name) => name.startsWith("here-")).length < 2)
          await new Promise((r) => setTimeout(r, 10));
      };`,
    );
    makePool({ maxWorkers: 2 });
    await Promise.all([invoke(other), invoke(other)]);
    await Promise.all([invoke(task("third", "export const handler = async () => 1;")), invoke(fn), invoke(fn)]);
  });

  test("ends idle workers after a while", async () => {
    const patient = makePool({ idleMs: 1 });
    await invoke(task("idle", counting));
    await expect.poll(() => patient.stats().workers).toBe(0);
  });

  test("rejects what it interrupts when it is closed, and leaves no process", async () => {
    const closing = makePool({ maxWorkers: 1 });
    const fn = task(
      "closing",
      `import { writeFileSync } from "node:fs";
      export const handler = async () => { writeFileSync("pid", String(process.pid)); for (;;); }`,
    );
    const invocations = Promise.allSettled([invoke(fn), invoke(fn)]);
    const noted = join(fn.directory, "pid");
    await expect.poll(() => (existsSync(noted) ? readFileSync(noted, "utf8") : "")).toMatch(/\d/);
    await closing.close();
    for (const result of await invocations) expect(result).toMatchObject({ reason: { name: "PoolClosed" } });
    const pid = Number(readFileSync(noted, "utf8"));
    expect(isRunning({ pid, identity: processIdentity(pid) ?? "none" })).toBe(false);
    expect(readdirSync(join(home(), "workers"))).toEqual([]);
  });
});
