import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, readdir } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { text } from "node:stream/consumers";
import { strToU8, zipSync } from "fflate";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeObjectStore } from "../../src/embedded/objects/object-store.ts";

const PROGRAM = resolve(import.meta.dirname, "../../bin/cirrus-batch");
const URL_IN = "s3://cirrus-payloads/batch/p.json";

/** What the server answers for a Lambda: its configuration and its zip. */
interface Deployed {
  readonly zip: Uint8Array;
  readonly sha256?: string;
  readonly handler?: string;
  readonly image?: boolean;
  readonly layers?: readonly string[];
}

const HANDLER = `import { name } from "./lib/name.mjs";
export const run = async (event) => ({ name, seen: event.url, folder: import.meta.dirname });`;

const GOOD: Deployed = {
  handler: "task/handler.run",
  zip: zipSync({
    "task/handler.mjs": strToU8(HANDLER),
    "task/lib/name.mjs": strToU8(`export const name = "from the zip";`),
  }),
};

const deployed = new Map<string, Deployed>([
  ["good", GOOD],
  ["changed", { ...GOOD, sha256: createHash("sha256").update("other").digest("base64") }],
  ["climbs", { zip: zipSync({ "../outside.mjs": strToU8("") }) }],
  ["image", { ...GOOD, image: true }],
  ["layered", { ...GOOD, layers: ["arn:aws:lambda:us-west-2:000000000000:layer:gdal:3"] }],
  ["broken", { zip: strToU8("no zip at all") }],
]);

const server = createServer((request, response) => {
  const [, kind, name = ""] = /^\/(2015-03-31\/functions|zips)\/([\w-]+)/.exec(request.url ?? "") ?? [];
  const code = deployed.get(name);
  if (code === undefined) {
    response.writeHead(404, { "x-amzn-ErrorType": "ResourceNotFoundException" });
    response.end(JSON.stringify({ Type: "User", Message: `Function not found: ${name}` }));
  } else if (kind === "zips") response.end(code.zip);
  else response.end(JSON.stringify(describeFunction(name, code, request.headers.host ?? "")));
});

/** As the Lambda API's GetFunction answers. */
function describeFunction(name: string, { zip, sha256, handler, image, layers = [] }: Deployed, host: string) {
  return {
    Configuration: {
      FunctionName: name,
      PackageType: image ? "Image" : "Zip",
      Handler: handler ?? "handler.handler",
      CodeSize: zip.length,
      CodeSha256: sha256 ?? createHash("sha256").update(zip).digest("base64"),
      Layers: layers.map((Arn) => ({ Arn, CodeSize: 1 })),
    },
    Code: { RepositoryType: "S3", Location: `http://${host}/zips/${name}?X-Amz-Signature=secret` },
  };
}

beforeAll(() => once(server.listen(0, "127.0.0.1"), "listening"));
afterAll(() => void server.close());

/** Runs the program in a folder without a handler, as the runner's image does. */
async function runJob(name: string, env: Readonly<Record<string, string>> = {}) {
  const folder = await mkdtemp(join(tmpdir(), "cirrus-code-test-"));
  const objects = makeObjectStore(join(folder, "objects"));
  await objects.put(URL_IN, "{}");
  const child = spawn(process.execPath, [PROGRAM, "process", URL_IN], {
    cwd: folder,
    stdio: ["ignore", "pipe", "inherit"],
    env: {
      PATH: process.env.PATH,
      TMPDIR: folder,
      CIRRUS_OBJECTS_DIRECTORY: join(folder, "objects"),
      CIRRUS_TASK_FUNCTION: name,
      // The server was given a port, so its address is no path.
      AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      AWS_ACCESS_KEY_ID: "test",
      AWS_SECRET_ACCESS_KEY: "test",
      AWS_REGION: "us-west-2",
      ...env,
    },
  });
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, "exit")]);
  const got = await objects.get(URL_IN);
  const payload: unknown = got.outcome === "found" ? JSON.parse(Buffer.from(got.body).toString()) : undefined;
  const left = (await readdir(folder)).filter((entry) => entry !== "objects");
  return { code, output, payload, left, last: output.trimEnd().split("\n").at(-1) };
}

describe("a job in an image without the task's code", () => {
  test("runs the handler of the deployed Lambda, and leaves nothing of it behind", async () => {
    const { code, output, payload, left } = await runJob("good");
    expect({ code, left }, output).toEqual({ code: 0, left: [] });
    expect(payload).toMatchObject({ name: "from the zip", seen: URL_IN, folder: expect.stringMatching(/\/task$/) });
    expect(output).toMatch(/^Fetching the code of the Lambda good\nLoading task\/handler\.run from /);
  });

  test("says that the files of the Lambda's layers are missing", async () => {
    expect((await runJob("layered")).output).toContain(
      "Warning: the files of its layers are not here: arn:aws:lambda:us-west-2:000000000000:layer:gdal:3",
    );
  });

  test("prefers code that lies in the image", async () => {
    const task = resolve(import.meta.dirname, "../../tasks/publish");
    expect((await runJob("good", { LAMBDA_TASK_ROOT: task })).output).toMatch(
      /^Loading handler\.handler from .*publish/,
    );
  });

  test.each([
    [
      "changed",
      /^CodeUnavailable: The code of the Lambda changed cannot be used: Its SHA-256 is \S+, and Lambda says /,
    ],
    [
      "climbs",
      /^CodeUnavailable: .* cannot be used: invalid relative path: \.\.\/outside\.mjs\. Deploy the task again/,
    ],
    ["broken", /^CodeUnavailable: .* cannot be used: .*end of central directory/i],
    [
      "image",
      /^CirrusError: The Lambda image runs from a container image, not from a zip\. Name that image in the job/,
    ],
    ["lost", /^CirrusError: There is no Lambda lost\. Deploy the task with lambda\.enabled/],
  ])("fails with what is wrong with the Lambda %s, and keeps the payload", async (name, last) => {
    const job = await runJob(name);
    expect(job.last).toMatch(last);
    expect(job).toMatchObject({ code: 1, payload: {}, left: [] });
    expect(job.output).not.toContain("secret");
  });
});
