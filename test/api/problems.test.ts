/** What is answered where something is wrong: stores that are locked, full or broken, and AWS that refuses. */
import { renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, onTestFinished, test } from "vitest";
import { problem } from "../../src/api/shapes/problem.ts";
import { explainFailure } from "../../src/aws/failures.ts";
import { explainSqlite } from "../../src/embedded/database/sqlite-failures.ts";
import { CirrusError } from "../../src/errors.ts";
import type { StateStore } from "../../src/state/state-store.ts";
import { temporaryProject } from "../cli/temporary-project.ts";
import { temporaryFolder } from "../embedded/temporary-folder.ts";
import { makeApiWorld } from "./api-world.ts";
import { serveFolder } from "./local/served-place.ts";

/** The answer to a look at payloads while the store throws this. */
async function answerTo(thrown: unknown) {
  const { ports } = makeApiWorld();
  const list: StateStore["list"] = async () => {
    throw thrown;
  };
  const functions = { ...ports.functions, state: { ...ports.functions.state, list } };
  const world = makeApiWorld({ ports: { functions } });
  const response = await world.request("/v1/payloads");
  const told = problem.parse(await response.json());
  expect(told.status).toBe(response.status);
  return { ...told, retry: response.headers.get("Retry-After") };
}

/** What SQLite itself throws. */
function failureOf(work: () => unknown): unknown {
  try {
    work();
  } catch (thrown) {
    return explainSqlite(thrown, "/data/.cirrus/cirrus.db");
  }
  throw new Error("It did not fail.");
}

function connect(path: string): DatabaseSync {
  const connection = new DatabaseSync(path, { timeout: 0 });
  onTestFinished(() => connection.close());
  return connection;
}

describe("a database", () => {
  test("that another process keeps locked is asked again a second later", async () => {
    const path = join(temporaryFolder(), "cirrus.db");
    connect(path).exec("CREATE TABLE notes (text TEXT); BEGIN EXCLUSIVE");
    const other = connect(path);
    const answer = await answerTo(failureOf(() => other.exec("INSERT INTO notes VALUES ('x')")));
    expect(answer).toMatchObject({ type: "busy", status: 503, retry: "1" });
    expect(answer.detail).toContain("locked");
  });

  test("that finds no more room says so, and what to do", async () => {
    const connection = connect(join(temporaryFolder(), "cirrus.db"));
    connection.exec("CREATE TABLE notes (text TEXT); PRAGMA max_page_count = 3");
    const answer = await answerTo(
      failureOf(() => connection.prepare("INSERT INTO notes VALUES (?)").run("x".repeat(100_000))),
    );
    expect(answer).toMatchObject({ type: "busy", status: 503, detail: expect.stringContaining("disk is full") });
    expect(answer.hint).toContain("Free space");
  });

  test("that is broken is told, and is taken again once it has been moved away", async () => {
    const cwd = temporaryProject();
    const served = await serveFolder(cwd);
    const file = join(cwd, ".cirrus/cirrus.db");
    writeFileSync(join(cwd, "garbage"), "this is no database".repeat(1000));
    for (const end of ["-wal", "-shm"]) rmSync(file + end, { force: true });
    renameSync(join(cwd, "garbage"), file);
    const broken = await served.get("/v1/payloads");
    expect(broken.status).toBe(500);
    expect(await broken.json()).toMatchObject({
      detail: expect.stringContaining("not a sound Cirrus database"),
      hint: expect.stringContaining("Move it away"),
    });
    for (const end of ["", "-wal", "-shm"]) rmSync(file + end, { force: true });
    expect(await (await served.get("/v1/payloads")).json()).toEqual({ rows: [] });
  });
});

describe("AWS", () => {
  const call = { service: "DynamoDB", operation: "Query" };
  const failure = (name: string) => explainFailure(Object.assign(new Error("as AWS says it"), { name }), call);

  test.each([
    ["ThrottlingException", 503, "busy"],
    ["ProvisionedThroughputExceededException", 503, "busy"],
    ["ExpiredTokenException", 403, "no-permission"],
    ["CredentialsProviderError", 403, "no-permission"],
    ["AccessDeniedException", 403, "no-permission"],
  ])("that answers %s becomes a problem of status %i", async (name, status, type) => {
    const answer = await answerTo(failure(name));
    expect(answer).toMatchObject({ status, type, retry: status === 503 ? "1" : null });
    expect(answer.detail.length).toBeGreaterThan(20);
  });
});

test("what to do next names commands as they are typed", async () => {
  const told = async (hint: string) => (await answerTo(new CirrusError("It is gone.", { hint }))).hint;
  expect(await told("`cirrus bulk list` shows those that exist.")).toBe(
    "`npx cirrus bulk list` shows those that exist.",
  );
  expect(await told("Remove it (cirrus remove), then: cirrus deploy")).toBe(
    "Remove it (npx cirrus remove), then: npx cirrus deploy",
  );
  expect(await told("Another version of Cirrus stored it: npx cirrus bulk resume a")).toBe(
    "Another version of Cirrus stored it: npx cirrus bulk resume a",
  );
});

test("what nobody foresaw is kept for the log: who asks is told no more than that it happened", async () => {
  const said: string[] = [];
  const { ports } = makeApiWorld();
  const log = {
    ...ports.functions.log,
    error: (text: string, { reason = "" } = {}) => said.push(`${text}: ${reason}`),
  };
  const state = { ...ports.functions.state, list: () => Promise.reject(new Error("the secret is 42")) };
  const world = makeApiWorld({ ports: { functions: { ...ports.functions, log, state } } });
  const told = await world.getProblem("/v1/payloads", 500);
  expect(JSON.stringify(told)).not.toContain("42");
  expect(said).toEqual(["cannot answer GET /v1/payloads: Error: the secret is 42"]);
});

test("a body that is no JSON, or holds what nobody knows, is refused with what is wrong", async () => {
  const world = makeApiWorld();
  const post = (body: string) =>
    world.request("/v1/actions", { method: "POST", headers: { "Content-Type": "application/json" }, body });
  const broken = await post("{");
  expect([broken.status, problem.parse(await broken.json()).type]).toEqual([400, "bad-parameter"]);
  const wrong = await post(JSON.stringify({ kind: "explode" }));
  expect([wrong.status, problem.parse(await wrong.json()).problems?.[0]?.parameter]).toEqual([400, "kind"]);
});
