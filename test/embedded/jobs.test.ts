import { type ChildProcess, spawn } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { systemClock } from "../../src/clock.ts";
import { type EmbeddedJobsOptions, type Jobs, makeEmbeddedJobs } from "../../src/embedded/jobs/jobs.ts";
import { makeTaskLogs } from "../../src/embedded/logs/task-logs.ts";
import { isRunning, processIdentity } from "../../src/embedded/processes/processes.ts";
import { TransientError } from "../../src/errors.ts";
import type { JobDefinition } from "../../src/executions/job-definition.ts";
import type { JobDescription, SubmitJob } from "../../src/executions/jobs.ts";

let directory: string;
let folder: string;
let tokens = 0;
const opened: Jobs[] = [];

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "cirrus-jobs-"));
  folder = join(directory, "task");
  mkdirSync(folder);
});
afterEach(async () => {
  for (const jobs of opened.splice(0)) await jobs.close();
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const logs = () => makeTaskLogs(join(directory, "logs"));
const nextToken = () => `execution/${++tokens}`;

function makeJobs(definition: Partial<JobDefinition> = {}, options: Partial<EmbeddedJobsOptions> = {}): Jobs {
  const whole: JobDefinition = {
    name: "reproject",
    arn: "arn:aws:batch:eu-central-1:000000000000:job-definition/reproject:1",
    directory: folder,
    command: ["sh", "-c", "echo hello"],
    parameters: {},
    environment: {},
    image: "example/reproject:1",
    vcpus: 1,
    memory: 256,
    attempts: 1,
    ...definition,
  };
  const jobs = makeEmbeddedJobs({
    directory: join(directory, "jobs"),
    definitions: (name) => ([whole.name, whole.arn].includes(name) ? whole : undefined),
    queues: (name) => (name === "basic" ? { name, maxConcurrent: 2 } : undefined),
    environment: {},
    logs: logs(),
    clock: systemClock,
    ...options,
  });
  opened.push(jobs);
  return jobs;
}

const submit = (overrides: Partial<SubmitJob> = {}): SubmitJob => ({
  JobName: "a-job",
  JobQueue: "basic",
  JobDefinition: "reproject",
  ...overrides,
});

/** Runs a shell script as a job. */
function script(code: string, definition: Partial<JobDefinition> = {}, options: Partial<EmbeddedJobsOptions> = {}) {
  return makeJobs({ command: ["sh", "-c", code], ...definition }, options).run(submit(), { token: nextToken() });
}

async function logOf(job: JobDescription, attempt = job.Attempts.length): Promise<string[] | undefined> {
  const stream = job.Attempts[attempt - 1]?.Container.LogStreamName;
  return stream === undefined ? undefined : (await logs().tail(stream, 1_000_000))?.map(({ message }) => message);
}

function program(name: string, code: string): void {
  writeFileSync(join(folder, name), code);
  chmodSync(join(folder, name), 0o755);
}

const noted = (name: string) => Number(readFileSync(join(folder, name), "utf8"));

describe("a job", () => {
  test("that succeeds is described as Step Functions does", async () => {
    const job = await makeJobs({ parameters: { url: "none", url_out: "out" } }).run(
      submit({ Parameters: { url: "file://in" } }),
      { token: nextToken() },
    );
    expect(job).toEqual({
      JobId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      JobArn: `arn:aws:batch:eu-central-1:000000000000:job/${job.JobId}`,
      JobName: "a-job",
      JobQueue: "arn:aws:batch:eu-central-1:000000000000:job-queue/basic",
      JobDefinition: "arn:aws:batch:eu-central-1:000000000000:job-definition/reproject:1",
      Status: "SUCCEEDED",
      StatusReason: "Essential container in task exited",
      Parameters: { url: "file://in", url_out: "out" },
      Attempts: [
        {
          StartedAt: expect.any(Number),
          StoppedAt: expect.any(Number),
          StatusReason: "Essential container in task exited",
          Container: { ExitCode: 0, LogStreamName: `reproject/default/${job.JobId}-1` },
        },
      ],
      CreatedAt: expect.any(Number),
      StartedAt: expect.any(Number),
      StoppedAt: expect.any(Number),
      Container: {
        Command: ["sh", "-c", "echo hello"],
        ExitCode: 0,
        Image: "example/reproject:1",
        LogStreamName: `reproject/default/${job.JobId}-1`,
      },
    });
    expect(await logOf(job)).toEqual(["hello"]);
  });

  test("gets its parameters for Ref:: arguments, and overrides of command and environment", async () => {
    const jobs = makeJobs({
      parameters: { url: "default", out: "o" },
      environment: { A: "definition", B: "definition" },
    });
    const job = await jobs.run(
      submit({
        Parameters: { url: "given" },
        ContainerOverrides: {
          Command: ["sh", "-c", 'echo "$@" $A $B', "sh", "Ref::url", "Ref::out", "Ref::unknown", "x/Ref::url"],
          Environment: [{ Name: "A", Value: "override" }],
        },
      }),
      { token: nextToken() },
    );
    expect(await logOf(job)).toEqual(["given o Ref::unknown x/Ref::url override definition"]);
  });

  test("sees the runtime's, its definition's and Batch's environment, and nothing of the caller's", async () => {
    process.env.SECRET_OF_THE_CALLER = "x";
    process.env.AWS_SECRET_ACCESS_KEY = "y";
    const job = await script(
      "env; pwd",
      { environment: { MINE: "1", AWS_REGION: "mine" } },
      {
        environment: { AWS_REGION: "runtime's", OBJECTS: "here" },
      },
    ).finally(() => {
      delete process.env.SECRET_OF_THE_CALLER;
      delete process.env.AWS_SECRET_ACCESS_KEY;
    });
    const lines = (await logOf(job)) ?? [];
    expect(lines.at(-1)).toBe(folder);
    const environment = Object.fromEntries(lines.slice(0, -1).map((line) => line.split(/=(.*)/s)));
    expect(environment).toMatchObject({
      MINE: "1",
      AWS_REGION: "mine",
      OBJECTS: "here",
      AWS_BATCH_JOB_ID: job.JobId,
      AWS_BATCH_JOB_ATTEMPT: "1",
      AWS_BATCH_JQ_NAME: "basic",
      AWS_BATCH_CE_NAME: "local",
    });
    // The shell adds some of its own.
    const own = ["PATH", "HOME", "TMPDIR", "LANG", "PWD", "OLDPWD", "SHLVL", "_"];
    const others = Object.keys(environment).filter((name) => !own.includes(name));
    expect(others.sort()).toEqual([
      "AWS_BATCH_CE_NAME",
      "AWS_BATCH_JOB_ATTEMPT",
      "AWS_BATCH_JOB_ID",
      "AWS_BATCH_JQ_NAME",
      "AWS_REGION",
      "CIRRUS_SANDBOX",
      "MINE",
      "OBJECTS",
    ]);
    expect(environment.PATH?.startsWith(`${folder}:`)).toBe(true);
  });

  test("finds its command in its own folder first, TypeScript included", async () => {
    program("env", "#!/bin/sh\necho mine");
    program("typed.ts", "#!/usr/bin/env -S node\nconst text: string = process.version;\nconsole.log(text);\n");
    try {
      expect(await logOf(await makeJobs({ command: ["env"] }).run(submit(), { token: nextToken() }))).toEqual(["mine"]);
    } finally {
      rmSync(join(folder, "env"));
    }
    const typed = await makeJobs({ command: ["typed.ts"] }).run(submit(), { token: nextToken() });
    expect(await logOf(typed)).toEqual([process.version]);
  });

  test("whose command is not there fails without having had a container", async () => {
    const job = await makeJobs({ command: ["no-such-program"] }).run(submit(), { token: nextToken() });
    expect(job).toMatchObject({
      Status: "FAILED",
      StatusReason: "Task failed to start",
      Attempts: [
        {
          Container: {
            Reason: 'CannotStartContainerError: exec: "no-such-program": executable file not found in $PATH',
          },
        },
      ],
    });
    expect(job.Container.LogStreamName).toBeUndefined();
    expect(job.Container.ExitCode).toBeUndefined();
  });

  test("is refused for a queue, a definition or members that are not right", async () => {
    const jobs = makeJobs();
    const refused = (overrides: object) =>
      // What a workflow may hand over has no type.
      expect(jobs.run({ ...submit(), ...overrides } as SubmitJob, { token: nextToken() })).rejects;
    await refused({ JobQueue: "none" }).toMatchObject({ name: "Batch.ClientException", message: /none/ });
    await refused({ JobDefinition: "none" }).toMatchObject({ name: "Batch.ClientException", message: /none/ });
    await refused({ JobName: "with spaces" }).toMatchObject({ name: "Batch.ClientException" });
    await refused({ Parameters: { n: 1 } }).toMatchObject({
      name: "Batch.ClientException",
      message: expect.stringContaining("Parameters.n is 1"),
    });
  });
});

describe("attempts", () => {
  const failing = (code = 3) => `echo attempt $AWS_BATCH_JOB_ATTEMPT; exit ${code}`;

  test("are made until one succeeds, each with a log of its own", async () => {
    const job = await script('echo attempt $AWS_BATCH_JOB_ATTEMPT; [ "$AWS_BATCH_JOB_ATTEMPT" = 2 ]', { attempts: 3 });
    expect(job.Status).toBe("SUCCEEDED");
    expect(job.Attempts.map(({ Container }) => Container.ExitCode)).toEqual([1, 0]);
    expect(await logOf(job, 1)).toEqual(["attempt 1"]);
    expect(await logOf(job, 2)).toEqual(["attempt 2"]);
  });

  test("end with the last one's exit code", async () => {
    const job = await script(failing(), { attempts: 2 });
    expect(job).toMatchObject({ Status: "FAILED", Container: { ExitCode: 3 } });
    expect(job.Attempts.length).toBe(2);
  });

  test("follow the first rule that matches", async () => {
    const rules = [
      { action: "EXIT", onExitCode: "4", onReason: "Other*" },
      { action: "EXIT", onExitCode: "3*", onStatusReason: "Essential*" },
    ] as const;
    expect((await script(failing(), { attempts: 3, evaluateOnExit: rules })).Attempts.length).toBe(1);
    expect((await script(failing(4), { attempts: 2, evaluateOnExit: rules })).Attempts.length).toBe(2);
  });

  test("stop after a timeout, whatever the job had started and however it takes SIGTERM", async () => {
    const job = await script(
      `trap 'echo asked to stop' TERM; sh -c 'trap "" TERM; echo $$ > stubborn; while :; do sleep 1; done' &
      while :; do sleep 0.1; done`,
      { attempts: 3, timeoutSeconds: 2 },
      { stopGraceMs: 1500 },
    );
    expect(job).toMatchObject({
      Status: "FAILED",
      StatusReason: "Job attempt duration exceeded timeout",
      Container: { ExitCode: 137 },
    });
    expect(job.Attempts.length).toBe(1);
    expect(await logOf(job)).toContain("asked to stop");
    await expect.poll(() => processIdentity(noted("stubborn"))).toBeUndefined();
  });

  test("end with everything that they left behind, in their group or not", async () => {
    const job = await script(
      "sh -c 'echo $$ > in-group; sleep 100' & setsid sh -c 'echo $$ > escaped; sleep 100; echo' & until [ -s in-group ] && [ -s escaped ]; do sleep 0.05; done; echo done",
    );
    expect(job.Status).toBe("SUCCEEDED");
    expect(await logOf(job)).toEqual(["done"]);
    for (const name of ["in-group", "escaped"]) {
      await expect.poll(() => processIdentity(noted(name))).toBeUndefined();
    }
  });

  test("are killed when they use more memory than they asked for", async () => {
    program(
      "greedy.mjs",
      "#!/usr/bin/env node\nconst kept = []; setInterval(() => kept.push(Buffer.alloc(4e6, 1)), 5);\n",
    );
    const job = await makeJobs({ command: ["greedy.mjs"], memory: 500 }).run(
      submit({ ContainerOverrides: { ResourceRequirements: [{ Type: "MEMORY", Value: "100" }] } }),
      { token: nextToken() },
    );
    expect(job).toMatchObject({
      Status: "FAILED",
      StatusReason: "Essential container in task exited",
      Container: { ExitCode: 137, Reason: "OutOfMemoryError: Container killed due to memory usage" },
    });
  });
});

describe("the log of an attempt", () => {
  test("has both streams in order, whatever bytes they are", async () => {
    const job = await script("echo one; echo two >&2; printf 'a\\377b\\n'; echo three >/dev/stderr; printf 'no end'");
    expect(await logOf(job)).toEqual(["one", "two", "a\ufffdb", "three", "no end"]);
  });

  test("keeps the beginning and the end of a flood", async () => {
    const job = await script("seq 1 200000", {}, { logLimits: { head: 1000, tail: 10_000 } });
    const lines = (await logOf(job)) ?? [];
    expect(lines.slice(0, 2)).toEqual(["1", "2"]);
    expect(lines.at(-1)).toBe("200000");
    expect(lines.filter((line) => line.includes("bytes of the log left out here")).length).toBe(1);
    expect(lines.length).toBeLessThan(1000);
  });
});

describe("a token", () => {
  test("finds the job that has ended, in another process too, and nothing runs again", async () => {
    const token = nextToken();
    const command = ["sh", "-c", "echo run >> runs"];
    const first = await makeJobs({ command }).run(submit(), { token });
    expect(await makeJobs({ command }).run(submit(), { token })).toEqual(first);
    expect(await makeJobs({ command }).describe(first.JobId)).toEqual(first);
    expect(readFileSync(join(folder, "runs"), "utf8")).toBe("run\n");
  });

  test("is one job when it is submitted several times at once, by several runtimes", async () => {
    const token = nextToken();
    const command = ["sh", "-c", "echo run >> runs-at-once; sleep 0.3"];
    const [one, two] = [makeJobs({ command }), makeJobs({ command })];
    const all = await Promise.all([one, one, two].map((jobs) => jobs.run(submit(), { token })));
    expect(new Set(all.map((job) => JSON.stringify(job))).size).toBe(1);
    expect(readFileSync(join(folder, "runs-at-once"), "utf8")).toBe("run\n");
  });

  test("finds the job that runs on after its runtime was killed", async () => {
    const token = nextToken();
    const runtime = startRuntime(token, [
      "sh",
      "-c",
      "echo run >> runs-adopted; until [ -e go ]; do sleep 0.05; done; echo end",
    ]);
    await expect.poll(() => existsSync(join(folder, "runs-adopted"))).toBe(true);
    runtime.kill("SIGKILL");
    await new Promise((resolve) => runtime.once("exit", resolve));
    const jobs = makeJobs();
    expect(await runningJob(jobs)).toMatchObject({ JobName: "a-job" });
    const adopted = jobs.run(submit(), { token });
    writeFileSync(join(folder, "go"), "");
    const job = await adopted;
    expect(job.Status).toBe("SUCCEEDED");
    expect(await logOf(job)).toEqual(["end"]);
    expect(readFileSync(join(folder, "runs-adopted"), "utf8")).toBe("run\n");
  });

  test("is one run of each attempt, however often and whenever the runtime is killed", async () => {
    const delays = fc.array(fc.integer({ min: 50, max: 350 }), { minLength: 4, maxLength: 4 });
    const command = ["sh", "-c", 'echo "$AWS_BATCH_JOB_ATTEMPT" >> runs-killed; [ "$AWS_BATCH_JOB_ATTEMPT" = 2 ]'];
    await fc.assert(
      fc.asyncProperty(delays, async (times) => {
        rmSync(join(folder, "runs-killed"), { force: true });
        const token = nextToken();
        for (const time of times) {
          const runtime = startRuntime(token, command, 3);
          const ended = new Promise((resolve) => runtime.once("exit", resolve));
          const timer = setTimeout(() => runtime.kill("SIGKILL"), time);
          await ended;
          clearTimeout(timer);
        }
        const job = await makeJobs({ command, attempts: 3 }).run(submit(), { token });
        expect(job.Attempts.map(({ Container }) => Container.ExitCode)).toEqual([1, 0]);
        expect(readFileSync(join(folder, "runs-killed"), "utf8")).toBe("1\n2\n");
      }),
      { numRuns: 3 },
    );
  });

  test("finds the job that ended while nobody watched", async () => {
    const token = nextToken();
    const first = makeJobs({
      command: ["sh", "-c", "echo run >> runs-alone; until [ -e go-alone ]; do sleep 0.05; done; exit 5"],
    });
    const interrupted = first.run(submit(), { token });
    await expect.poll(() => existsSync(join(folder, "runs-alone"))).toBe(true);
    const closed = expect(interrupted).rejects.toMatchObject({ name: "JobsClosed" });
    await first.close();
    await closed;
    writeFileSync(join(folder, "go-alone"), "");
    expect(await makeJobs().run(submit(), { token })).toMatchObject({ Status: "FAILED", Container: { ExitCode: 5 } });
    expect(readFileSync(join(folder, "runs-alone"), "utf8")).toBe("run\n");
  });

  test.each([
    ["tried again", 2, "SUCCEEDED", 2],
    ["failed", 1, "FAILED", 1],
  ])("whose supervisor was killed has lost an attempt and is %s", async (_title, attempts, status, made) => {
    rmSync(join(folder, "lost"), { force: true });
    const token = nextToken();
    const code = `echo $$ > lost; [ "$AWS_BATCH_JOB_ATTEMPT" = 2 ] || sleep 100`;
    const jobs = makeJobs({ command: ["sh", "-c", code], attempts });
    const running = jobs.run(submit(), { token });
    await expect.poll(async () => (await runningJob(jobs))?.JobName).toBe("a-job");
    const attempt = join(directory, "jobs", (await runningJob(jobs))?.JobId ?? "", "attempt-1");
    await expect.poll(() => existsSync(join(folder, "lost"))).toBe(true);
    const command = JSON.parse(readFileSync(join(attempt, "running.json"), "utf8"));
    process.kill(JSON.parse(readFileSync(join(attempt, "supervisor.json"), "utf8")).pid, "SIGKILL");
    const job = await running;
    expect(job).toMatchObject({ Status: status, Attempts: [{ StatusReason: "Host terminated" }, {}].slice(0, made) });
    await expect.poll(() => isRunning(command)).toBe(false);
  });
});

describe("a termination", () => {
  test("ends the job with its reason and without another attempt", async () => {
    const jobs = makeJobs({ command: ["sh", "-c", "touch begun; sleep 100"], attempts: 3 });
    const outcome = jobs.run(submit(), { token: nextToken() });
    await expect.poll(() => existsSync(join(folder, "begun"))).toBe(true);
    const job = await runningJob(jobs);
    await jobs.terminate(job?.JobId ?? "", "no longer needed");
    expect(await outcome).toMatchObject({
      Status: "FAILED",
      StatusReason: "no longer needed",
      Container: { ExitCode: 143 },
    });
  });

  test("comes with the abort of the caller's signal", async () => {
    const jobs = makeJobs({ command: ["sh", "-c", "echo $$ > aborted; sleep 100"] });
    const abort = new AbortController();
    const token = nextToken();
    const outcome = jobs.run(submit(), { token, signal: abort.signal });
    await expect.poll(() => existsSync(join(folder, "aborted")) && noted("aborted")).toBeGreaterThan(0);
    abort.abort(new Error("execution stopped"));
    await expect(outcome).rejects.toThrow("execution stopped");
    expect(await jobs.run(submit(), { token })).toMatchObject({ Status: "FAILED", StatusReason: "execution stopped" });
    await expect.poll(() => processIdentity(noted("aborted"))).toBeUndefined();
  });

  test("does not come where the caller only goes away for a while: the token finds the job that goes on", async () => {
    const jobs = makeJobs({ command: ["sh", "-c", "until [ -e go-on ]; do sleep 0.05; done; echo done >> ran"] });
    const abort = new AbortController();
    const token = nextToken();
    const outcome = jobs.run(submit(), { token, signal: abort.signal });
    abort.abort(new TransientError("Another process drives the execution now."));
    await expect(outcome).rejects.toThrow("Another process");
    const adopted = jobs.run(submit(), { token });
    writeFileSync(join(folder, "go-on"), "");
    expect(await adopted).toMatchObject({ Status: "SUCCEEDED", Attempts: [{}] });
    expect(readFileSync(join(folder, "ran"), "utf8")).toBe("done\n");
  });
});

describe("a queue", () => {
  test("runs as many jobs as it may, the others wait in order and can be terminated there", async () => {
    const jobs = makeJobs(
      { command: ["sh", "-c", 'echo "$1" >> order; until [ -e "open-$1" ]; do sleep 0.05; done', "sh", "Ref::n"] },
      { queues: (name) => ({ name, maxConcurrent: 1 }) },
    );
    const run = (n: string) => jobs.run(submit({ JobName: `q${n}`, Parameters: { n } }), { token: `queue/${n}` });
    const outcomes = [run("1"), run("2"), run("3")];
    const statuses = async () => {
      const all = (await jobs.list()).filter(({ JobName }) => JobName.startsWith("q"));
      return Object.fromEntries(all.map(({ JobName, Status }) => [JobName, Status]));
    };
    await expect.poll(statuses).toEqual({ q1: "RUNNING", q2: "RUNNABLE", q3: "RUNNABLE" });
    const second = (await jobs.list()).find(({ JobName }) => JobName === "q2");
    await jobs.terminate(second?.JobId ?? "", "not this one");
    expect(await outcomes[1]).toMatchObject({ Status: "FAILED", StatusReason: "not this one", Attempts: [] });
    for (const n of ["1", "3"]) writeFileSync(join(folder, `open-${n}`), "");
    expect((await Promise.all(outcomes)).map(({ Status }) => Status)).toEqual(["SUCCEEDED", "FAILED", "SUCCEEDED"]);
    expect(readFileSync(join(folder, "order"), "utf8")).toBe("1\n3\n");
  });
});

test("no temporary folder or pipe is left beside the results", () => {
  const jobs = join(directory, "jobs");
  const left = readdirSync(jobs, { recursive: true, encoding: "utf8" }).filter(
    (path) => /(tmp|output)$/.test(path) && !path.endsWith(".tmp"),
  );
  expect(left).toEqual([]);
});

async function runningJob(jobs: Jobs): Promise<JobDescription | undefined> {
  return (await jobs.list()).find(({ Status }) => Status === "RUNNING");
}

/** Another process with the same jobs folder, which submits one job and waits. */
function startRuntime(token: string, command: readonly string[], attempts = 1): ChildProcess {
  const source = join(import.meta.dirname, "../../src");
  const definition = {
    name: "reproject",
    arn: "arn:aws:batch:eu-central-1:000000000000:job-definition/reproject:1",
    directory: folder,
    command,
    parameters: {},
    environment: {},
    vcpus: 1,
    memory: 256,
    attempts,
  };
  const code = `
    import { makeEmbeddedJobs } from ${JSON.stringify(join(source, "embedded/jobs/jobs.ts"))};
    import { makeTaskLogs } from ${JSON.stringify(join(source, "embedded/logs/task-logs.ts"))};
    import { systemClock } from ${JSON.stringify(join(source, "clock.ts"))};
    const jobs = makeEmbeddedJobs({
      directory: ${JSON.stringify(join(directory, "jobs"))}, definitions: () => (${JSON.stringify(definition)}),
      queues: (name) => ({ name, maxConcurrent: 1 }), environment: {}, clock: systemClock,
      logs: makeTaskLogs(${JSON.stringify(join(directory, "logs"))}),
    });
    await jobs.run(${JSON.stringify(submit())}, { token: ${JSON.stringify(token)} });`;
  return spawn(process.execPath, ["--input-type=module", "-e", code], { stdio: "inherit" });
}
