/** The tasks of a bulk run on this machine and its objects, which programs in any language read and write as S3. */
import { existsSync, globSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { makeObjectStore } from "../../src/embedded/objects/object-store.ts";
import { EXIT } from "../../src/errors.ts";
import { temporaryFolder } from "../embedded/temporary-folder.ts";
import { cirrus, startCirrus } from "./cirrus.ts";
import { PACKAGE, temporaryProject } from "./temporary-project.ts";

const SDK = pathToFileURL(join(PACKAGE, "node_modules/@aws-sdk/client-s3/dist-cjs/index.js")).href;

/** Node as any other language: a program that knows nothing of Cirrus, with a client that is configured by its environment alone. */
const CLIENT = `import sdk from "${SDK}";
const s3 = new sdk.S3Client();
const Bucket = env.CIRRUS_DATA_BUCKET;
const read = async (Key) => (await s3.send(new sdk.GetObjectCommand({ Bucket, Key }))).Body.transformToString();
const write = (Key, Body) => s3.send(new sdk.PutObjectCommand({ Bucket, Key, Body }));
`;

function projectWith(program: string, definition = ""): string {
  return temporaryProject({
    "tasks/copy/definition.yml": `environment:\n  GREETING: hello\n${definition}bulk:\n  command: [node, copy.mjs]\n`,
    "tasks/copy/copy.mjs": `import { appendFileSync, writeFileSync } from "node:fs";
const { env } = process;
${program}
`,
    "tasks.json": JSON.stringify(["a", "b"].map((task_id) => ({ task_id, data: {} }))),
  });
}

const env = { PATH: process.env.PATH ?? "" };
const run = (cwd: string, more: Readonly<Record<string, string>> = {}) =>
  cirrus(["bulk", "run", "copy", "--tasks", "tasks.json"], { cwd, env: { ...env, ...more } });

const objectsOf = (cwd: string) => makeObjectStore(join(cwd, ".cirrus/objects"));

async function textOf(cwd: string, key: string): Promise<string> {
  const found = await objectsOf(cwd).get(`s3://demo-dev-data/${key}`);
  return found.outcome === "found" ? Buffer.from(found.body).toString() : found.outcome;
}

test("a program reads and writes objects of this machine as S3, with the environment of its definition", async () => {
  const seen = join(temporaryFolder(), "seen");
  const cwd = projectWith(`${CLIENT}appendFileSync(${JSON.stringify(seen)}, JSON.stringify(env) + "\\n");
await write(env.CIRRUS_TASK_ID, env.GREETING + " " + await read("in"));`);
  await objectsOf(cwd).put("s3://demo-dev-data/in", Buffer.from("world"));
  const ended = await run(cwd);
  expect(ended.code, ended.stderr).toBe(EXIT.ok);
  expect([await textOf(cwd, "a"), await textOf(cwd, "b")]).toEqual(["hello world", "hello world"]);

  const [first, second] = readFileSync(seen, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  const { AWS_ENDPOINT_URL_S3: url, AWS_ACCESS_KEY_ID: key, AWS_SECRET_ACCESS_KEY: secret } = first;
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  // One endpoint for all tasks of the run.
  expect(second).toMatchObject({ AWS_ENDPOINT_URL_S3: url, AWS_ACCESS_KEY_ID: key });
  await expect(fetch(url), "it is closed with the run").rejects.toThrow();
  const kept = globSync(join(cwd, ".cirrus/**/*")).filter((file) => statSync(file).isFile());
  expect(kept.filter((file) => [key, secret].some((word) => readFileSync(file).includes(word)))).toEqual([]);
});

test("a program finds the objects again after its worker was killed: the next one has an endpoint of its own", async () => {
  const began = join(temporaryFolder(), "began");
  const cwd = projectWith(`${CLIENT}if (env.CIRRUS_TASK_ID === "b") process.exit(0);
if (env.CIRRUS_ATTEMPT === "1") {
  await write("first", env.AWS_ENDPOINT_URL_S3);
  writeFileSync(${JSON.stringify(began)}, "");
  setInterval(() => {}, 1000);
} else await write("second", (await read("first")) === env.AWS_ENDPOINT_URL_S3 ? "the same" : "another");`);
  const worker = startCirrus(["bulk", "run", "copy", "--tasks", "tasks.json"], cwd);
  await expect.poll(() => existsSync(began), { timeout: 60_000 }).toBe(true);
  worker.child.kill("SIGKILL");
  await worker.ended;
  const ended = await run(cwd);
  expect(ended.code, ended.stderr).toBe(EXIT.ok);
  expect(await textOf(cwd, "second")).toBe("another");
});

test.each([
  ["the shell", "", { AWS_ENDPOINT_URL_S3: "http://127.0.0.1:9", AWS_REGION: "eu-north-1" }],
  ["its definition", "  AWS_ENDPOINT_URL_S3: http://127.0.0.1:9\n", {}],
])("a program whose S3 %s names keeps that one", async (_, definition, shell) => {
  const seen = join(temporaryFolder(), "seen");
  const cwd = projectWith(`writeFileSync(${JSON.stringify(seen)}, env.AWS_ENDPOINT_URL_S3);`, definition);
  const ended = await run(cwd, shell);
  expect(ended.code, ended.stderr).toBe(EXIT.ok);
  expect(readFileSync(seen, "utf8")).toBe("http://127.0.0.1:9");
});

test("a program that is called by its path finds the shell's environment and nothing else of the project", async () => {
  const seen = join(temporaryFolder(), "seen");
  const cwd = temporaryProject({
    "tasks.json": '[{ "task_id": "a", "data": {} }]',
    "work.sh": `echo "$AWS_ENDPOINT_URL_S3$CIRRUS_DATA_BUCKET$MINE" > ${seen}\n`,
  });
  const args = ["bulk", "run", "/bin/sh", "--tasks", "tasks.json", "--", join(cwd, "work.sh")];
  const ended = await cirrus(args, { cwd, env: { ...env, MINE: "mine" } });
  expect(ended.code, ended.stderr).toBe(EXIT.ok);
  expect(readFileSync(seen, "utf8")).toBe("mine\n");
});
