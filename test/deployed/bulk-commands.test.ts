/** Bulk runs of a deployed stage as people start and see them: the same commands as here, with a pool and a stage. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { EXIT } from "../../src/errors.ts";
import { copyProject } from "./project-copy.ts";

const project = copyProject(inject("endpoint"));
const DEPLOY_MS = 600_000;
const RUN_MS = 600_000;

/** Prices are recorded ones: the emulator has none. */
const POOL = ["--stage", "cli", "--pool", "batch", "--offline", "--max-instances", "2", "--seconds-per-task", "1"];

const stage = (...args: string[]) => project.cirrus("bulk", ...args, "--stage", "cli");

beforeAll(async () => {
  const { code, stdout, stderr } = await project.serverless("deploy", "--stage", "cli");
  expect(code, `${stdout}${stderr}\nThe emulator's log: ${inject("emulatorLog")}`).toBe(0);
  const entries = Array.from({ length: 12 }, (_, a) => ({
    task_id: `add-${a}`,
    data: { a, b: 1, ...(a === 7 && { ends: "failed" }) },
  }));
  writeFileSync(join(project.folder, "sums.json"), JSON.stringify(entries));
}, DEPLOY_MS);

afterAll(async () => {
  await project.serverless("remove", "--stage", "cli");
  project.remove();
}, DEPLOY_MS);

describe("cirrus bulk run --pool batch", () => {
  test("says in a dry run what it would cost, and changes nothing", { timeout: RUN_MS }, async () => {
    const dry = await project.cirrus(
      "bulk",
      "run",
      "adder",
      "--tasks",
      "sums.json",
      ...POOL,
      "--dry-run",
      "-o",
      "json",
    );
    expect(dry.code, dry.stderr).toBe(EXIT.ok);
    expect(JSON.parse(dry.stdout)).toMatchObject({
      name: "adder-sums",
      entries: 12,
      pool: [{ rank: 1, plan: { kind: "batch", region: "us-west-2" } }, ...JSON.parse(dry.stdout).pool.slice(1)],
    });
    expect((await stage("list", "-o", "name")).stdout).toBe("");
  });

  test("runs the same file with the same report and exit code, and everything can be looked at", {
    timeout: RUN_MS,
  }, async () => {
    const run = await project.cirrus("bulk", "run", "adder", "--tasks", "sums.json", ...POOL, "-o", "json");
    expect(run.code, run.stderr).toBe(EXIT.partial);
    expect(JSON.parse(run.stdout)).toMatchObject({ entries: { total: 12, DONE: 11, FAILED: 1 } });
    expect((await stage("entries", "adder-sums", "--state", "failed", "-o", "name")).stdout).toBe("add-7\n");
    expect((await stage("logs", "adder-sums", "add-3")).stdout).toContain("adding for add-3");
    const again = await project.cirrus("bulk", "run", "adder", "--tasks", "sums.json", ...POOL);
    expect(again.code, again.stderr).toBe(EXIT.partial);
    expect((await stage("delete", "adder-sums", "--yes")).code).toBe(EXIT.ok);
    expect((await stage("list", "-o", "name")).stdout).toBe("");
  });
});

test("a pool that is impossible is said before anything is changed", {
  timeout: RUN_MS,
}, async () => {
  const args = ["bulk", "run", "adder", "--tasks", "sums.json", ...POOL];
  const impossible = await project.cirrus(...args, "--min-total-memory", "100000");
  expect(impossible.code, impossible.stderr).toBe(EXIT.config);
  expect(impossible.stderr).toContain("min-total-memory");
  expect((await stage("list", "-o", "name")).stdout).toBe("");
});
