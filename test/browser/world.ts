/**
 * A project with everything in it that a page can show, made by running it: payloads that succeeded, failed, were
 * invalid or rejected, a dead letter, a bulk run, loops; and a server over it. Some of it holds markup, to see that it
 * is shown as text.
 */
import { execFile, spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { findProject } from "../../src/cli/place/find-project.ts";
import { makeRuntime } from "../../src/runtime/runtime.ts";

const CHECKOUT = resolve(import.meta.dirname, "../..");
/** It ends what hangs, and nothing that is only slow. */
const LONGEST_MS = 900_000;

export interface World {
  readonly folder: string;
  /** `http://127.0.0.1:4280` */
  readonly address: string;
  /** The real program, in the project. */
  cirrus(...args: string[]): Promise<Ended>;
  close(): Promise<void>;
}

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Where nothing has happened yet. */
export async function openEmptyWorld(): Promise<World> {
  return serve(makeFolder());
}

export async function openWorld(): Promise<World> {
  const folder = makeFolder();
  await runPayloads(folder);
  await refuseMessages(folder);
  await runBulk(folder);
  await runLoops(folder);
  return serve(folder);
}

function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "cirrus-dashboard-"));
  for (const name of ["cirrus.yml", "examples"]) cpSync(join(CHECKOUT, name), join(folder, name), { recursive: true });
  cpSync(join(import.meta.dirname, "project"), folder, { recursive: true });
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(CHECKOUT, join(folder, "node_modules", "cirrus-pipeline"));
  symlinkSync(join(CHECKOUT, "node_modules", "zod"), join(folder, "node_modules", "zod"));
  return folder;
}

async function call(folder: string, ...args: string[]): Promise<Ended> {
  const options = { cwd: folder, timeout: LONGEST_MS, maxBuffer: 64 * 1024 * 1024, env: environment() };
  try {
    const { stdout, stderr } = await promisify(execFile)(join(CHECKOUT, "bin", "cirrus"), args, options);
    return { code: 0, stdout, stderr };
  } catch (thrown) {
    if (!(thrown instanceof Error && "stdout" in thrown && "stderr" in thrown && "code" in thrown)) throw thrown;
    const { code, stdout, stderr } = thrown;
    return { code: typeof code === "number" ? code : 1, stdout: String(stdout), stderr: String(stderr) };
  }
}

function environment(): NodeJS.ProcessEnv {
  const { CIRRUS_STAGE: _stage, ...rest } = process.env;
  const modules = join(CHECKOUT, "node_modules", ".bin");
  return { ...rest, CI: "true", NO_COLOR: "1", PATH: `${modules}:${process.env.PATH}` };
}

/** What an item's ID may hold, whatever a browser makes of it. */
const MARKUP = "<img src=x onerror=alert(1)>";

const SURVEYS = [
  { item: "scene-1", measure: { times: 2, list: [1, 2, 3], lines: 400 }, shake: { how: "once" } },
  { item: "scene-2", measure: { times: 1 }, shake: { how: "always" } },
  { item: "scene-3", measure: { times: 3, list: [1, 2] }, shake: { how: "caught" } },
  { item: MARKUP, measure: { times: 1 }, shake: { how: "markup" } },
];

async function runPayloads(folder: string): Promise<void> {
  expectCode(await call(folder, "examples"), [0]);
  const payloads = SURVEYS.map(({ item, ...tasks }, index) => surveyOf(item, tasks, index));
  writeFileSync(join(folder, "surveys.ndjson"), payloads.map((payload) => JSON.stringify(payload)).join("\n"));
  // Some of them fail, as they are meant to.
  expectCode(await call(folder, "run", "survey", "surveys.ndjson"), [0, 1, 8]);
  writeFileSync(join(folder, "spring.json"), JSON.stringify(waiting()));
  expectCode(await call(folder, "run", "publish-only", "spring.json"), [0, 1, 8]);
}

/** A payload that waits for three others: one has succeeded, one failed, one never came. */
function waiting(): object {
  const payloads = ["scene-1", "scene-2", MARKUP].map((item) => `surveys/workflow-survey/${item}`);
  const definition = { workflow: "publish-only", await: { group: "spring", payloads, timeout: "30d" } };
  return { ...surveyOf("spring", {}, 0), process: [definition] };
}

function surveyOf(item: string, tasks: object, index: number): object {
  const corner = { west: -60 + 70 * index, south: -10 + 12 * index };
  return {
    type: "FeatureCollection",
    features: [
      {
        type: "Feature",
        stac_version: "1.0.0",
        id: item,
        collection: "surveys",
        geometry: { type: "Polygon", coordinates: [squareAt(corner.west, corner.south)] },
        bbox: [corner.west, corner.south, corner.west + 15, corner.south + 15],
        properties: { datetime: "2030-01-01T00:00:00Z" },
        links: [],
        assets: {},
      },
    ],
    process: [{ workflow: "survey", organisation: "zzebu", tasks }],
  };
}

function squareAt(west: number, south: number): number[][] {
  const [east, north] = [west + 15, south + 15];
  return [
    [west, south],
    [east, south],
    [east, north],
    [west, north],
    [west, south],
  ];
}

/** One message that no payload can be made of, and one that was received too often. */
async function refuseMessages(folder: string): Promise<void> {
  const project = findProject({ cwd: folder, env: {} }).project;
  const idle = makeRuntime({ project, data: join(folder, ".cirrus"), maxExecutions: 0 });
  try {
    await idle.ports.intake.send([{ id: "tired", body: JSON.stringify({ url: "s3://demo/<b>tired</b>.json" }) }]);
    for (let left = 10; left > 0 && (await idle.intake.depth()).dead === 0; left -= 1) {
      const messages = await idle.intake.receive({ max: 10 });
      await idle.intake.release(
        messages.map(({ receipt }) => receipt),
        { reason: "the object store <i>did not answer</i>" },
      );
    }
    await idle.ports.intake.send([{ id: "nonsense", body: `{"type": "nonsense", "id": "${MARKUP}"}` }]);
  } finally {
    await idle.stop();
  }
  // Takes what waits, whatever else it is asked for.
  await call(folder, "run", "survey", "surveys.ndjson");
}

async function runBulk(folder: string): Promise<void> {
  const entries = Array.from({ length: 60 }, (_, i) => ({ task_id: `square-${i + 1}`, data: { number: i + 1 } }));
  writeFileSync(join(folder, "bulk", "numbers.json"), JSON.stringify(entries));
  const tasks = ["--tasks", "bulk/numbers.json", "--job-id", "squares", "--reuse-processes"];
  expectCode(await call(folder, "bulk", "run", "bulk/worker.ts", ...tasks), [8]);
}

/** From a repository with commits, so that executions have versions. */
async function runLoops(folder: string): Promise<void> {
  const repository = join(folder, "notebooks");
  cpSync(join(CHECKOUT, "examples", "loops"), repository, { recursive: true });
  const identity = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"];
  const git = (...args: string[]) => promisify(execFile)("git", ["-C", repository, ...identity, ...args]);
  await git("init", "--quiet", "--initial-branch", "main");
  await git("add", ".");
  await git("commit", "--quiet", "--message", "Register the first tasks");
  for (let round = 0; round < 3; round += 1) {
    expectCode(await call(folder, "loop", "run", "notebooks", "--once"), [0, 1, 8]);
  }
  writeFileSync(
    join(repository, "peach.conf", "frtf.yaml"),
    "codops: frtf\ntasks:\n  gone:\n    notebook: nowhere.ipynb\n    method: run\n",
  );
  await git("add", ".");
  await git("commit", "--quiet", "--message", "Register a task without its notebook");
  expectCode(await call(folder, "loop", "run", "notebooks", "--once"), [0, 1, 8]);
}

function expectCode({ code, stdout, stderr }: Ended, expected: readonly number[]): void {
  if (!expected.includes(code)) throw new Error(`It ended with ${code}:\n${stdout}\n${stderr}`);
}

async function serve(folder: string): Promise<World> {
  const built = join(CHECKOUT, "dashboard", "dist", "index.html");
  if (!existsSync(built)) throw new Error("The page is not built: npm run build:dashboard");
  const program = join(CHECKOUT, "bin", "cirrus");
  const server = spawn(program, ["dev", "--port", "0"], { cwd: folder, env: environment() });
  let said = "";
  const address = await new Promise<string>((resolve, reject) => {
    const listen = (chunk: Buffer) => {
      said += chunk.toString();
      const [found] = /http:\/\/127\.0\.0\.1:\d+/.exec(said) ?? [];
      if (found !== undefined && said.includes("Ready.")) resolve(found);
    };
    server.stdout.on("data", listen);
    server.stderr.on("data", listen);
    server.once("exit", (code) => reject(new Error(`The server ended with ${code}:\n${said}`)));
  });
  return {
    folder,
    address,
    cirrus: (...args) => call(folder, ...args),
    async close() {
      const ended = new Promise((resolve) => server.once("exit", resolve));
      server.kill("SIGINT");
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
