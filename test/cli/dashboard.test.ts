/** The page as commands serve it: beside a project that runs, or alone. */
import { createServer } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { EXIT } from "../../src/errors.ts";
import { type Served, servedAt } from "../api/local/served-place.ts";
import { expectNoProcesses } from "../scenarios/aftermath.ts";
import { type CirrusProcess, cirrus, startCirrus } from "./cirrus.ts";
import { payloadText, taskFiles, temporaryProject, workflowFiles } from "./temporary-project.ts";

const handler = "export const handler = async (payload: unknown) => payload;\n";

const project = () => temporaryProject({ ...taskFiles("copy", handler), ...workflowFiles("mirror", "copy") });

const ADDRESS = /http:\/\/127\.0\.0\.1:\d+\/dashboard\//;

/** Asks what a command has just said that it serves. */
async function servedBy(running: CirrusProcess): Promise<Served> {
  await running.saying(ADDRESS);
  const url = ADDRESS.exec(running.said())?.[0] ?? "";
  return servedAt({ url, port: Number(new URL(url).port), close: async () => {} });
}

/** A port that somebody else has. */
async function takenPort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  onTestFinished(() => void server.close());
  await new Promise((resolve) => server.once("listening", resolve));
  // An address of TCP, as it was asked for.
  return (server.address() as { port: number }).port;
}

test("beside cirrus dev the page publishes, and what it publishes is run at once", async () => {
  const cwd = project();
  const dev = startCirrus(["dev", "--port", "0"], cwd);
  await dev.saying("Ready.");
  const served = await servedBy(dev);
  const payload = JSON.parse(payloadText("mirror", "scene"));
  const asked = await served.post("/v1/actions", { kind: "publish", payloads: [payload], why: "a test" });
  expect(await asked.json()).toMatchObject({ state: "DONE", done: 1 });
  await dev.saying("SUCCEEDED demo/workflow-mirror/scene");
  const found = await served.get("/v1/payload?id=demo/workflow-mirror/scene");
  expect(await found.json()).toMatchObject({ state: "SUCCEEDED", workflow: "mirror" });

  // A page that is open keeps nobody from stopping.
  const news = await served.get("/v1/changes");
  dev.child.kill("SIGINT");
  expect((await dev.ended).code).toBe(EXIT.interrupted);
  await news.text().catch(() => {});
  await expectNoProcesses(cwd);
});

test("cirrus dev --no-dashboard serves nothing", async () => {
  const dev = startCirrus(["dev", "--no-dashboard"], project());
  await dev.saying("Ctrl-C stops");
  expect(dev.said()).not.toMatch(ADDRESS);
  dev.child.kill("SIGINT");
  await dev.ended;
});

test("cirrus dashboard serves a project that nobody runs until it is stopped", async () => {
  const cwd = project();
  const running = startCirrus(["dashboard", "--port", "0"], cwd);
  const served = await servedBy(running);
  expect(await (await served.get("/v1/info")).json()).toMatchObject({ place: "here", service: "demo", live: "events" });
  running.child.kill("SIGTERM");
  expect(await running.ended).toMatchObject({ code: EXIT.terminated, stdout: "" });
  await expectNoProcesses(cwd);
});

test("a port that is taken is said, and another one can be named", async () => {
  const port = await takenPort();
  for (const command of ["dashboard", "dev"]) {
    const { code, stderr } = await cirrus([command, "--port", String(port)], { cwd: project() });
    expect(code).toBe(EXIT.conflict);
    expect(stderr).toContain(`The port ${port} is taken.`);
    expect(stderr).toContain("--port 0");
  }
  const wrong = await cirrus(["dashboard", "--port", "http"], { cwd: project() });
  expect(wrong.code).toBe(EXIT.usage);
});
