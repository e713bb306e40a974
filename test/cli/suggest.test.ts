import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { EXIT } from "../../src/errors.ts";
import { cirrus } from "./cirrus.ts";
import { payloadText, taskFiles, temporaryProject, workflowFiles } from "./temporary-project.ts";

const HANDLER = "export const handler = async (payload: unknown) => payload;\n";

function project(): string {
  return temporaryProject({
    ...taskFiles("stamp", HANDLER),
    ...workflowFiles("stamp", "stamp"),
    "payload.json": payloadText("stamp", "scene"),
  });
}

async function suggested(cwd: string, ...words: readonly string[]): Promise<readonly string[]> {
  const { code, stdout, stderr } = await cirrus(["__complete", ...words], { cwd });
  expect({ code, stderr }).toEqual({ code: EXIT.ok, stderr: "" });
  return stdout.split("\n").filter(Boolean);
}

test("commands, their subcommands and options are completed from the table", async () => {
  const cwd = project();
  expect(await suggested(cwd, "exec")).toEqual(["execution"]);
  expect(await suggested(cwd, "execution", "red")).toEqual(["redrive"]);
  expect(await suggested(cwd, "payload", "list", "--s")).toEqual(["--since", "--stack", "--stage", "--state"]);
  expect(await suggested(cwd, "dlq", "list", "--queue", "")).toEqual(["process", "rejected", "status-change"]);
  expect(await suggested(cwd, "completion", "")).toEqual(["bash", "fish", "zsh"]);
  expect(await suggested(cwd, "no-such-command", "")).toEqual([]);
});

test("states, workflows, feeders and deployments are completed by the project's own", async () => {
  const cwd = project();
  await cirrus(["deployment", "add", "mine", "--stage", "test"], { cwd });
  expect(await suggested(cwd, "state", "list", "--state", "F")).toEqual(["FAILED"]);
  expect(await suggested(cwd, "state", "list", "--workflow", "stam")).toEqual(["stamp"]);
  expect(await suggested(cwd, "state", "list", "--deployment", "")).toEqual(["mine"]);
  expect(await suggested(cwd, "run", "st")).toEqual(["stamp"]);
  expect(await suggested(cwd, "feed", "feed-stac-a")).toEqual(["feed-stac-api"]);
  expect(await suggested(cwd, "feeder", "run", "feed-stac-a")).toEqual(["feed-stac-api"]);
});

test("payload IDs are completed, and outside of a project nothing is and nothing is said", async () => {
  const cwd = project();
  await cirrus(["run", "stamp", "payload.json"], { cwd });
  expect(await suggested(cwd, "logs", "demo/")).toEqual(["demo/workflow-stamp/scene"]);
  expect(await suggested(cwd, "execution", "history", "--workflow", "stamp", "")).toEqual([
    "demo/workflow-stamp/scene",
  ]);
  expect(await suggested("/", "logs", "")).toEqual([]);
});

test("the script for bash is one that bash takes", async () => {
  const { stdout } = await cirrus(["completion", "bash"], { cwd: "/" });
  expect(() => execFileSync("bash", ["-n"], { input: stdout })).not.toThrow();
  expect(await cirrus(["completion", "csh"], { cwd: "/" })).toMatchObject({ code: EXIT.usage, stdout: "" });
});
