/** `cirrus feeder run`: a feeder's real handler in a process of its own, and what becomes of its payloads. */
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { systemClock } from "../../src/clock.ts";
import { openDatabase } from "../../src/embedded/database/database.ts";
import { makeQueue } from "../../src/embedded/messages/queue.ts";
import { EXIT } from "../../src/errors.ts";
import { cirrus } from "./cirrus.ts";
import { temporaryProject, writeFiles } from "./temporary-project.ts";

/** As it is made by `cirrus create feeder`. */
async function projectWithFeeder(): Promise<string> {
  const cwd = temporaryProject();
  const { code, stderr } = await cirrus(["create", "feeder", "watcher", "Watches"], { cwd });
  expect(code, stderr).toBe(EXIT.ok);
  return cwd;
}

const TWO = JSON.stringify({
  workflow: "publish-only",
  items: [
    { id: "a", collection: "scenes", properties: { datetime: "2030-01-01T00:00:00Z" } },
    { id: "b", collection: "scenes", properties: { datetime: "2030-01-01T00:00:00Z" } },
  ],
});

const DEFECTIVE = `import { defineFeeder, feederParameters } from "cirrus-pipeline/feeder";
import * as z from "zod";
export const handler = defineFeeder({
  name: "watcher",
  description: "Watches",
  parameters: z.object({ ...feederParameters }),
  async *run() {
    null.length;
  },
});
`;

describe("cirrus feeder run", () => {
  test("with --dry-run it prints the payloads, one a line, and sends nothing", async () => {
    const cwd = await projectWithFeeder();
    const run = await cirrus(["feeder", "run", "watcher", "-", "--dry-run"], { cwd, stdin: TWO });
    expect(run.code, run.stderr).toBe(EXIT.ok);
    const ids = run.stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line).id);
    expect(ids).toEqual(["scenes/workflow-publish-only/a", "scenes/workflow-publish-only/b"]);
    expect(run.stderr).toContain("found");
    expect((await cirrus(["state", "list", "-o", "name"], { cwd })).stdout).toBe("");
  });

  test("it sends what it finds to the project's own intake", async () => {
    const cwd = await projectWithFeeder();
    writeFiles(cwd, { "two.json": TWO });
    const run = await cirrus(["feeder", "run", "watcher", "two.json"], { cwd });
    expect(run.code, run.stderr).toBe(EXIT.ok);
    expect(run.stdout.trim().split("\n")).toHaveLength(2);
    expect(await waiting(cwd)).toEqual(["scenes/workflow-publish-only/a", "scenes/workflow-publish-only/b"]);
  });

  test("without an event it takes the event.json beside the feeder, whose payload runs as it was made", async () => {
    const cwd = await projectWithFeeder();
    const { stdout } = await cirrus(["feeder", "run", "watcher", "--dry-run"], { cwd });
    expect(JSON.parse(stdout)).toMatchObject({ id: "scenes/workflow-publish-only/scene-1" });
    const run = await cirrus(["run", "publish-only", "-"], { cwd, stdin: stdout });
    expect(run.code, run.stderr).toBe(EXIT.ok);
  });

  test("what the feeder throws is shown with what it wrote, and nothing is sent", async () => {
    const cwd = await projectWithFeeder();
    const run = await cirrus(["feeder", "run", "watcher", "-"], { cwd, stdin: '{"workflow": "publish-only"}' });
    expect(run).toMatchObject({ code: EXIT.failed, stdout: "" });
    expect(run.stderr).toMatch(/error: The feeder watcher failed with InvalidInput: .*items/);
    expect(run.stderr).toContain("called with standard input. See what it takes: npx cirrus feeder run watcher --help");
  });

  test("a defect in the feeder's code is shown by its own lines, without what called them", async () => {
    const cwd = await projectWithFeeder();
    writeFiles(cwd, { "feeders/watcher/handler.ts": DEFECTIVE });
    const { code, stderr } = await cirrus(["feeder", "run", "watcher", "--workflow", "publish-only"], { cwd });
    expect(code).toBe(EXIT.failed);
    expect(stderr).toContain("The feeder watcher failed with TypeError: ");
    const frames = stderr.split("\n").filter((line) => line.startsWith("    at "));
    expect(frames, stderr).toEqual([expect.stringContaining("feeders/watcher/handler.ts:8:")]);
  });

  test("parameters that are wrong are refused with the feeder's name and the file that they are in", async () => {
    const cwd = await projectWithFeeder();
    writeFiles(cwd, { "feeders/watcher/event.json": '{"workflow": "publish-only"}' });
    const own = await cirrus(["feeder", "run", "watcher"], { cwd });
    expect(own.code).toBe(EXIT.failed);
    expect(own.stderr).toMatch(/The feeder watcher .* \$\.items: items is missing/);
    expect(own.stderr).toContain("It was called with feeders/watcher/event.json.");
    const typed = await cirrus(["feeder", "run", "watcher", "--workflow", "publish-only"], { cwd });
    expect(typed.stderr).toContain("It was called with the options of this command.");
  });

  test("a feeder that is not there is named with the nearest, and with how to make one", async () => {
    const cwd = await projectWithFeeder();
    const wrong = await cirrus(["feeder", "run", "watchers"], { cwd });
    expect(wrong.code).toBe(EXIT.notFound);
    expect(wrong.stderr).toContain("Did you mean watcher?");
    expect(wrong.stderr).toContain("cirrus create feeder <name>");
  });
});

/** IDs of the payloads that wait for whoever runs the project. */
async function waiting(cwd: string): Promise<readonly string[]> {
  const db = openDatabase(join(cwd, ".cirrus/cirrus.db"));
  onTestFinished(() => db.close());
  const messages = await makeQueue(db, { name: "process", clock: systemClock }).receive({ max: 10 });
  return messages.map(({ body }) => JSON.parse(JSON.parse(body).Message).id).sort();
}
