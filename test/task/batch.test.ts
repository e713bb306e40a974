import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { makeObjectStore } from "../../src/embedded/objects/object-store.ts";
import type { ObjectUrl } from "../../src/payload/object-store.ts";
import { errorUrl } from "../../src/task/batch/batch.ts";
import { exampleObjects, readExample } from "../examples.ts";

const PROGRAM = resolve(import.meta.dirname, "../../bin/cirrus-batch");
const URL_IN = "s3://cirrus-payloads/batch/p.json";
const URL_OUT = "s3://cirrus-payloads/batch/p_out.json";
const URL_ERROR = "s3://cirrus-payloads/batch/p_error.json";

const PAYLOAD = { type: "FeatureCollection", features: [{ id: "a", collection: "c" }], process: [{ workflow: "w" }] };

async function makeJob(payload: object = PAYLOAD) {
  const directory = await mkdtemp(join(tmpdir(), "cirrus-batch-"));
  const objects = makeObjectStore(directory);
  await objects.put(URL_IN, JSON.stringify(payload));
  for (const [url, path] of Object.entries(exampleObjects)) await objects.upload(path, url as ObjectUrl);
  const environment = {
    PATH: process.env.PATH,
    CIRRUS_OBJECTS_DIRECTORY: directory,
    CIRRUS_DATA_BUCKET: "cirrus-data",
    CIRRUS_PAYLOAD_BUCKET: "cirrus-payloads",
  };
  async function read(url: ObjectUrl): Promise<unknown> {
    const got = await objects.get(url);
    return got.outcome === "found" ? JSON.parse(Buffer.from(got.body).toString()) : got.outcome;
  }
  return { objects, environment, read };
}

interface Job {
  readonly environment: Record<string, string | undefined>;
}

async function runBatch(
  job: Job,
  args: readonly string[],
  options: { cwd?: string; onLine?: (line: string, pid: number) => void; env?: object } = {},
) {
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    cwd: options.cwd,
    env: { ...job.environment, ...options.env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const lines: string[] = [];
  const reader = createInterface({ input: child.stdout });
  reader.on("line", (line) => {
    lines.push(line);
    options.onLine?.(line, child.pid ?? 0);
  });
  const [[code]] = await Promise.all([once(child, "exit"), once(reader, "close")]);
  return { code, lines };
}

async function makeTask(source: string): Promise<string> {
  const cwd = await mkdtemp(join(tmpdir(), "cirrus-batch-task-"));
  await writeFile(join(cwd, "handler.mjs"), source);
  return cwd;
}

const tasks = (name: string) => resolve(import.meta.dirname, "../../tasks", name);

describe("a job that succeeds", () => {
  test("replaces the payload in place where no output is named", async () => {
    const job = await makeJob(await readExample("reproject-in-batch.json"));
    const { code, lines } = await runBatch(job, ["process", URL_IN], { cwd: tasks("reproject") });
    expect({ code, last: lines.at(-1) }).toEqual({ code: 0, last: `Wrote ${URL_IN}` });
    expect(await job.read(URL_IN)).toMatchObject({
      features: [{ assets: { red: { "proj:code": "EPSG:3857" }, visual: { "proj:code": "EPSG:3857" } } }],
    });
  });

  test("writes its result to the output it is given, and leaves the payload as it was", async () => {
    const example = await readExample("mirror-with-preview-in-batch.json");
    const job = await makeJob(example);
    const { code, lines } = await runBatch(job, ["process", URL_IN, "--output", URL_OUT], {
      cwd: tasks("add-preview"),
    });
    expect(code).toBe(0);
    expect(lines.join("\n")).toMatch(
      /^Loading handler\.handler from .*add-preview\nProcessing .*\nadded preview item=LC08/,
    );
    expect(await job.read(URL_OUT)).toMatchObject({ features: [{ assets: { overview: { type: "image/webp" } } }] });
    expect(await job.read(URL_IN)).toEqual(example);
  });

  test("writes large results whole, as nothing limits an object", async () => {
    const cwd = await makeTask(
      `export const handler = async () => ({ type: "FeatureCollection", text: "x".repeat(300_000) });`,
    );
    const job = await makeJob();
    expect(await runBatch(job, ["process", URL_IN, "--output", ""], { cwd })).toMatchObject({ code: 0 });
    expect(await job.read(URL_IN)).toMatchObject({ text: expect.stringMatching(/^x{300000}$/) });
  });

  test("takes the handler and its folder from Lambda's own variables", async () => {
    const folder = await makeTask(`export const run = async (event) => ({ seen: event.url });`);
    const job = await makeJob();
    const env = { LAMBDA_TASK_ROOT: folder, _HANDLER: "handler.run" };
    await runBatch(job, ["process", URL_IN, "--output", URL_OUT], { env });
    expect(await job.read(URL_OUT)).toEqual({ seen: URL_IN });
  });

  test("is found under the name that older job definitions call", async () => {
    const job = await makeJob();
    const cwd = await makeTask("export const handler = async () => ({ old: true });");
    await promisify(execFile)(`${PROGRAM}.py`, ["process", URL_IN], { cwd, env: job.environment });
    expect(await job.read(URL_IN)).toEqual({ old: true });
  });

  test("lets items pass that break the rules of STAC only where it is told not to look", async () => {
    const example = await readExample("publish-only.json");
    const features = example.features.map((item) => ({ ...item, bbox: [0, 0] }));
    const job = await makeJob({ ...example, features });
    const cwd = tasks("publish");
    const { code, lines } = await runBatch(job, ["process", URL_IN], { cwd });
    expect({ code, last: lines.at(-1) }).toEqual({
      code: 1,
      last: expect.stringMatching(/^InvalidItem: .*\$\.bbox: /),
    });
    expect(await runBatch(job, ["process", URL_IN, "--no-validate"], { cwd })).toMatchObject({ code: 0 });
  });

  test("ends with its result, whatever the handler left open", async () => {
    const cwd = await makeTask(`export const handler = async () => { setInterval(() => {}, 1000); return {}; };`);
    expect(await runBatch(await makeJob(), ["process", URL_IN], { cwd })).toMatchObject({ code: 0 });
  });
});

describe("a job that fails", () => {
  test("says the task's own error last, and leaves it beside its output for post-batch", async () => {
    const job = await makeJob(await readExample("fails-truncated-asset.json"));
    const env = { AWS_BATCH_JOB_ATTEMPT: "2" };
    const { code, lines } = await runBatch(job, ["process", URL_IN], { cwd: tasks("reproject"), env });
    expect(code).toBe(1);
    expect(lines.at(-1)).toMatch(
      /^AssetUnreadable: Item LC08_.*\/visual-truncated\.tif has 60000 bytes, and file:size of the item says 441074/,
    );
    expect(await job.read(URL_ERROR)).toEqual({
      error: "AssetUnreadable",
      cause: lines.at(-1)?.slice("AssetUnreadable: ".length),
      attempt: 2,
    });
  });

  test("keeps the payload that it was given", async () => {
    const job = await makeJob();
    const cwd = await makeTask(`export const handler = async () => { throw new RangeError("two\\nlines"); };`);
    const { code, lines } = await runBatch(job, ["process", URL_IN], { cwd });
    expect({ code, last: lines.at(-1) }).toEqual({ code: 1, last: "RangeError: two lines" });
    expect(await job.read(URL_IN)).toEqual(PAYLOAD);
    expect(await job.read(URL_ERROR)).toEqual({ error: "RangeError", cause: "two\nlines" });
  });

  test.each([
    [
      "returns nothing",
      "export const handler = async () => {};",
      /^CirrusError: The handler returned undefined and no payload\. Return a payload/,
    ],
    ["is not there", "export const other = 1;", /^Runtime\.HandlerNotFound: /],
    ["does not parse", "export const handler = (", /^Runtime\.\w+: /],
  ])("because its handler %s, says so", async (_why, source, message) => {
    const { code, lines } = await runBatch(await makeJob(), ["process", URL_IN], { cwd: await makeTask(source) });
    expect(code).toBe(1);
    expect(lines.at(-1)).toMatch(message);
  });

  test("because its payload is not there, names the URL", async () => {
    const { code, lines } = await runBatch(await makeJob(), ["process", "s3://cirrus-payloads/none.json"], {
      cwd: tasks("publish"),
    });
    expect({ code, last: lines.at(-1) }).toEqual({
      code: 1,
      last: expect.stringMatching(/^InvalidInput: .*no object at s3:\/\/cirrus-payloads\/none\.json/),
    });
  });

  test("without the folder that stands for S3 it asks S3, and without credentials it says what to do", async () => {
    const cwd = await makeTask("export const handler = (event) => event;");
    // No place where the AWS SDK looks for credentials has any.
    const nobody = { AWS_EC2_METADATA_DISABLED: "true", AWS_CONFIG_FILE: "none", AWS_SHARED_CREDENTIALS_FILE: "none" };
    const environment = { PATH: process.env.PATH, AWS_REGION: "us-west-2", ...nobody };
    const { code, lines } = await runBatch({ environment }, ["process", URL_IN], { cwd });
    expect(code).toBe(1);
    expect(lines.at(-1)).toMatch(/^CirrusError: There are no AWS credentials; S3 \w+ needs them\./);
  });

  test("after SIGTERM the run is told, cleans up and is reported as stopped", async () => {
    const job = await makeJob();
    const index = resolve(import.meta.dirname, "../../src/task/index.ts");
    const zod = import.meta.resolve("zod");
    const cwd = await makeTask(`
      import { writeFileSync } from "node:fs";
      import { defineTask } from ${JSON.stringify(index)};
      import * as z from ${JSON.stringify(zod)};
      export const handler = defineTask({ name: "slow", parameters: z.object({}), async run({ signal, log }) {
        const stopped = new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
        const alive = setInterval(() => {}, 1000);
        log.info("working");
        try { await stopped; } finally { clearInterval(alive); writeFileSync("cleaned-up", "yes"); }
      } });`);
    const { code, lines } = await runBatch(job, ["process", URL_IN], {
      cwd,
      onLine: (line, pid) => line === "working" && process.kill(pid, "SIGTERM"),
    });
    expect({ code, last: lines.at(-1) }).toEqual({ code: 1, last: "TaskStopped: The job was told to end (SIGTERM)" });
    expect(await readFile(join(cwd, "cleaned-up"), "utf8")).toBe("yes");
    expect(await job.read(URL_ERROR)).toMatchObject({ error: "TaskStopped" });
  });
});

describe("a job on a spot instance", () => {
  test("is told to stop when its instance will be taken away, and ends so that it can be tried again", async () => {
    const metadata = createServer(({ method, url }, response) => {
      const action = url === "/latest/meta-data/spot/instance-action";
      if (method === "PUT") response.end("token");
      else if (action) response.end(`{"action": "terminate", "time": "2030-01-01T08:22:00Z"}`);
      else response.writeHead(404).end();
    });
    await new Promise<void>((listening) => metadata.listen(0, "127.0.0.1", listening));
    // A server that listens on a port has an address of this form.
    const { port } = metadata.address() as AddressInfo;
    const cwd = await makeTask(`
      import { defineTask } from ${JSON.stringify(resolve(import.meta.dirname, "../../src/task/index.ts"))};
      import * as z from ${JSON.stringify(import.meta.resolve("zod"))};
      export const handler = defineTask({ name: "slow", parameters: z.object({}), run: ({ signal }) =>
        new Promise((_, reject) => {
          const alive = setInterval(() => {}, 1000);
          const stop = () => { clearInterval(alive); reject(signal.reason); };
          if (signal.aborted) stop();
          signal.addEventListener("abort", stop);
        }) });`);
    const env = { AWS_BATCH_JOB_ID: "1", AWS_EC2_METADATA_SERVICE_ENDPOINT: `http://127.0.0.1:${port}` };
    try {
      const { code, lines } = await runBatch(await makeJob(), ["process", URL_IN], { cwd, env });
      const last = "TaskStopped: The spot instance is taken away at 2030-01-01T08:22:00.000Z";
      expect({ code, last: lines.at(-1) }).toEqual({ code: 143, last });
    } finally {
      metadata.close();
    }
  });
});

test("--save-workdir leaves the work directory, and the log says where it is", async () => {
  const cwd = await makeTask(`
    import { writeFileSync } from "node:fs";
    import { defineTask } from ${JSON.stringify(resolve(import.meta.dirname, "../../src/task/index.ts"))};
    import * as z from ${JSON.stringify(import.meta.resolve("zod"))};
    export const handler = defineTask({ name: "scratch", parameters: z.object({}),
      run: ({ workdir }) => writeFileSync(workdir + "/scratch.txt", "kept") });`);
  const { lines } = await runBatch(await makeJob(), ["process", URL_IN, "--save-workdir"], { cwd });
  const [, workdir = ""] = /^kept the work directory workdir=(.+)$/m.exec(lines.join("\n")) ?? [];
  expect(await readFile(join(workdir, "scratch.txt"), "utf8")).toBe("kept");
  await rm(workdir, { recursive: true });
});

test.each([
  [[], /The command is missing/],
  [["run", URL_IN], /The command is run, expected process/],
  [["process"], /The payload is missing, expected s3:\/\/bucket\/key/],
  [["process", "Ref::url"], /The payload is Ref::url/],
  [["process", URL_IN, "--output", "out.json"], /--output is out\.json/],
  [["process", URL_IN, "--fast"], /Unknown option '--fast'/],
  [["process", URL_IN, URL_OUT], /one argument too many/],
])("cirrus-batch %j shows how it is called", async (args, message) => {
  const { code, lines } = await runBatch(await makeJob(), args);
  expect(code).toBe(2);
  expect(lines).toEqual([expect.stringMatching(message)]);
  expect(lines[0]).toContain("Usage: cirrus-batch process");
});

test("the error of a job lies where post-batch looks for it, with and without an output of its own", () => {
  expect([errorUrl(URL_IN), errorUrl(URL_OUT)]).toEqual([URL_ERROR, URL_ERROR]);
});
