import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { EXIT } from "../../src/errors.ts";
import { cirrus, startCirrus } from "./cirrus.ts";
import { payloadText, taskFiles, temporaryProject, writeFiles } from "./temporary-project.ts";

/** Logs, and fails as long as the file `broken` is in the project. */
const SHAKY = `import { existsSync } from "node:fs";
import { defineTask } from "cirrus-pipeline/task";
import * as z from "zod";
export const handler = defineTask({
  name: "shaky",
  description: "Fails while it is broken",
  parameters: z.object({}),
  run({ items, log }) {
    log.info("looking");
    if (existsSync(new URL("../../broken", import.meta.url))) throw new RangeError("The sun is down.");
    for (const item of items) item.properties.seen = true;
  },
});
`;
const FIRST = `import { appendFileSync } from "node:fs";
export const handler = async (payload: unknown) => {
  if (JSON.stringify(payload).includes(\`"id":"scene"\`)) appendFileSync(new URL("../../ran-first", import.meta.url), "x");
  console.log("first is here");
  return payload;
};
`;
const WORKFLOW = `description: Two steps
definition:
  StartAt: first
  States:
    first:
      Type: Task
      Resource: !GetAtt first.Arn
      Next: shaky
    shaky:
      Type: Task
      Resource: !GetAtt shaky.Arn
      End: true
`;
const ID = "demo/workflow-two-steps/scene";

function project(files: Readonly<Record<string, string>> = {}): string {
  return temporaryProject({
    ...taskFiles("shaky", SHAKY),
    ...taskFiles("first", FIRST),
    "workflows/two-steps/definition.yml": WORKFLOW,
    "payload.json": payloadText("two-steps", "scene"),
    ...files,
  });
}

async function failedProject(): Promise<string> {
  const cwd = project({ broken: "" });
  expect(await cirrus(["run", "two-steps", "payload.json"], { cwd })).toMatchObject({ code: EXIT.failed });
  return cwd;
}

/** Runs what waits, in one process that stays until the payload has succeeded: a try that it leaves begins anew. */
async function runOn(cwd: string): Promise<void> {
  const dev = startCirrus(["dev"], cwd);
  await dev.saying(`SUCCEEDED ${ID}`);
  dev.child.kill("SIGINT");
  expect(await dev.ended).toMatchObject({ code: EXIT.interrupted });
}

const lines = (text: string) => text.split("\n").filter(Boolean);

describe("cirrus execution", () => {
  test("get, input, output and history tell of the latest execution of a payload, or of one by its name or ARN", async () => {
    const cwd = project();
    await cirrus(["run", "two-steps", "payload.json"], { cwd });
    const get = await cirrus(["execution", "get", ID], { cwd });
    const execution = JSON.parse(get.stdout);
    expect(execution).toMatchObject({ status: "SUCCEEDED", workflow: "two-steps", input: { id: ID }, redriveCount: 0 });
    for (const target of [execution.name, execution.arn]) {
      expect((await cirrus(["execution", "get", target], { cwd })).stdout).toBe(get.stdout);
    }
    const input = await cirrus(["execution", "input", ID], { cwd });
    expect(JSON.parse(input.stdout)).toMatchObject({ id: ID, features: [{ id: "scene" }] });
    const output = await cirrus(["execution", "output", ID], { cwd });
    expect(JSON.parse(output.stdout)).toMatchObject({ features: [{ properties: { seen: true } }] });
    const history = await cirrus(["execution", "history", ID], { cwd });
    expect(
      lines(history.stdout).map((line) =>
        line
          .replace(/^\S+/, "")
          .replaceAll(/ +/g, " ")
          .replace(/\d+\.\d s$/, "N s"),
      ),
    ).toEqual([
      " state what result duration error",
      " execution Started",
      " first Task succeeded N s",
      " first try 1 succeeded N s",
      " shaky Task succeeded N s",
      " shaky try 1 succeeded N s",
      " execution Succeeded",
    ]);
    const events = await cirrus(["execution", "history", ID, "-o", "jsonl"], { cwd });
    expect(lines(events.stdout).map((line) => JSON.parse(line).type)).toContain("TaskStateEntered");
  });

  test("redrive goes on where the execution failed; what succeeded is not run again", async () => {
    const cwd = await failedProject();
    rmSync(join(cwd, "broken"));
    const redrive = await cirrus(["execution", "redrive", ID], { cwd });
    expect(redrive, redrive.stderr).toMatchObject({ code: EXIT.ok, stdout: "" });
    const waiting = await cirrus(["state", "get", ID], { cwd });
    expect(JSON.parse(waiting.stdout)).toMatchObject({ state: "PROCESSING", attempt: 1 });
    expect(await cirrus(["execution", "redrive", ID], { cwd })).toMatchObject({ code: EXIT.conflict });

    await runOn(cwd);
    const state = JSON.parse((await cirrus(["state", "get", ID], { cwd })).stdout);
    expect(state).toMatchObject({ state: "SUCCEEDED", attempt: 1 });
    expect(state.history.map(({ to }: { to: string }) => to)).toEqual([
      "CLAIMED",
      "PROCESSING",
      "FAILED",
      "PROCESSING",
      "SUCCEEDED",
    ]);
    expect(readFileSync(join(cwd, "ran-first"), "utf8")).toBe("x");
    const history = await cirrus(["execution", "history", ID], { cwd });
    expect(history.stdout).toMatch(
      /execution Failed .*RangeError: The sun is down\.[\s\S]*execution Redriven[\s\S]*shaky +try 2 +succeeded/,
    );
    expect(JSON.parse((await cirrus(["execution", "get", ID], { cwd })).stdout)).toMatchObject({ redriveCount: 1 });
  });

  test("redrive is refused for what succeeded, and where another execution has come since", async () => {
    const cwd = await failedProject();
    const { name } = JSON.parse((await cirrus(["execution", "get", ID], { cwd })).stdout);
    rmSync(join(cwd, "broken"));
    await cirrus(["run", "two-steps", "payload.json"], { cwd });
    const older = await cirrus(["execution", "redrive", name], { cwd });
    expect(older).toMatchObject({ code: EXIT.conflict });
    expect(older.stderr).toMatch(/has another execution since/);
    const succeeded = await cirrus(["execution", "redrive", ID], { cwd });
    expect(succeeded).toMatchObject({ code: EXIT.conflict });
    expect(succeeded.stderr).toContain(`cirrus payload rerun ${ID}`);
  });

  test("redrive is refused where the workflow caught the error and ended in a Fail state, which would only fail again", async () => {
    const caught = WORKFLOW.replace(
      "Resource: !GetAtt shaky.Arn\n",
      "Resource: !GetAtt shaky.Arn\n      Catch: [{ ErrorEquals: [States.ALL], Next: failure }]\n",
    );
    const fails = "    failure:\n      Type: Fail\n      Error: Caught\n";
    const cwd = project({ broken: "", "workflows/two-steps/definition.yml": `${caught}${fails}` });
    await cirrus(["run", "two-steps", "payload.json"], { cwd });
    const before = (await cirrus(["state", "get", ID], { cwd })).stdout;
    const redrive = await cirrus(["execution", "redrive", ID], { cwd });
    expect(redrive).toMatchObject({ code: EXIT.conflict });
    expect(redrive.stderr).toContain("in the Fail state failure");
    expect(redrive.stderr).toContain(`cirrus payload rerun ${ID}`);
    expect((await cirrus(["state", "get", ID], { cwd })).stdout).toBe(before);
  });

  test("logs of all tasks come in order of time, each line with its step and try", async () => {
    const cwd = await failedProject();
    rmSync(join(cwd, "broken"));
    await cirrus(["execution", "redrive", ID], { cwd });
    await runOn(cwd);
    const text = (await cirrus(["logs", ID], { cwd })).stdout;
    const told = lines(text).filter((line) => /first is here|looking|sun is down/.test(line));
    expect(
      told.map((line) => line.replace(/^\S+ /, "").replace(/\| .*(first is here|looking|sun is down).*/, "| $1")),
    ).toEqual(["first | first is here", "shaky | looking", "shaky | sun is down", "shaky (try 2) | looking"]);
    const json = lines((await cirrus(["execution", "logs", ID, "-o", "jsonl", "--follow"], { cwd })).stdout);
    expect(json).toHaveLength(lines(text).length);
    expect(JSON.parse(json[0] ?? "")).toMatchObject({ step: "first", attempt: 1, at: expect.stringMatching(/Z$/) });
    const times = json.map((line) => JSON.parse(line).at);
    expect(times).toEqual(times.toSorted());
    const since = await cirrus(["logs", ID, "--since", "2100-01-01"], { cwd });
    expect(since).toMatchObject({ code: EXIT.ok, stdout: "" });
  });

  test("stop ends what runs, once, with the reason", async () => {
    const cwd = await failedProject();
    await cirrus(["execution", "redrive", ID], { cwd });
    const stop = await cirrus(["execution", "stop", ID, "--reason", "the disk is full"], { cwd });
    expect(stop, stop.stderr).toMatchObject({ code: EXIT.ok });
    const get = JSON.parse((await cirrus(["execution", "get", ID], { cwd })).stdout);
    expect(get).toMatchObject({ status: "ABORTED", cause: "the disk is full" });
    expect(await cirrus(["execution", "stop", ID], { cwd })).toMatchObject({ code: EXIT.conflict });
  });

  test("what does not exist is not found, and says how to name one", async () => {
    const cwd = project();
    for (const target of ["nothing", ID, "arn:aws:states:local:0:execution:other-x:y"]) {
      const { code, stderr } = await cirrus(["execution", "history", target], { cwd });
      expect(code).toBe(EXIT.notFound);
      expect(stderr).toMatch(/cirrus payload list/);
    }
  });
});

test("where JSON is asked for, an error is one line of JSON on standard error, and nothing is on standard output", async () => {
  for (const how of [["--json"], ["-o", "json"], ["--output=json"]]) {
    const { code, stdout, stderr } = await cirrus(["execution", "get", "nothing", ...how], { cwd: project() });
    expect({ code, stdout }).toEqual({ code: EXIT.notFound, stdout: "" });
    expect(JSON.parse(stderr)).toMatchObject({
      error: { message: expect.stringContaining("nothing"), hint: expect.any(String), exitCode: EXIT.notFound },
    });
  }
});

describe("cirrus payload", () => {
  test("list prints payloads that publish takes again", async () => {
    const cwd = await failedProject();
    const names = await cirrus(["payload", "list", "--state", "failed", "-o", "name"], { cwd });
    expect(names.stdout).toBe(`${ID}\n`);
    const payloads = await cirrus(["payload", "list", "--state", "failed", "-o", "jsonl"], { cwd });
    expect(JSON.parse(payloads.stdout)).toMatchObject({ id: ID, process: [{ workflow: "two-steps" }] });
    const published = await cirrus(["payload", "publish", "-"], { cwd, stdin: payloads.stdout });
    expect(published.code).toBe(EXIT.ok);
    expect(lines(published.stdout)).toHaveLength(1);
    const records = await cirrus(["payload", "list", "--json"], { cwd });
    expect(JSON.parse(records.stdout)).toMatchObject([{ payloadId: ID, state: "FAILED" }]);
    expect((await cirrus(["payload", "list", "--since", "1h", "-o", "name"], { cwd })).stdout).toBe(`${ID}\n`);
    expect((await cirrus(["payload", "list", "--until", "2001-01-01", "-o", "name"], { cwd })).stdout).toBe("");
  });

  test("get prints what the execution got and what it made; what is not there is not found", async () => {
    const cwd = project();
    await cirrus(["run", "two-steps", "payload.json"], { cwd });
    const input = JSON.parse((await cirrus(["payload", "get", ID], { cwd })).stdout);
    expect(input.features[0].properties.seen).toBeUndefined();
    const output = JSON.parse((await cirrus(["payload", "get", ID, "--output"], { cwd })).stdout);
    expect(output.features[0].properties.seen).toBe(true);
    expect(await cirrus(["payload", "get", "demo/workflow-two-steps/none"], { cwd })).toMatchObject({
      code: EXIT.notFound,
      stdout: "",
    });
  });

  test("rerun runs what failed once more with the input that it had, and says why others stay", async () => {
    const cwd = await failedProject();
    rmSync(join(cwd, "broken"));
    const dry = await cirrus(["payload", "rerun", "--state", "failed", "--dry-run"], { cwd });
    expect(dry).toMatchObject({ code: EXIT.ok, stdout: "" });
    expect(dry.stderr).toContain(`runs   ${ID} (FAILED, attempt 2)`);
    const ask = await cirrus(["payload", "rerun", "--state", "failed"], { cwd });
    expect(ask).toMatchObject({ code: EXIT.usage, stdout: "" });
    expect(ask.stderr).toContain("Add --yes.");
    const rerun = await cirrus(["payload", "rerun", "--state", "failed", "--yes"], { cwd });
    expect(rerun).toMatchObject({ code: EXIT.ok, stdout: `${ID}\n` });
    await runOn(cwd);
    expect(JSON.parse((await cirrus(["state", "get", ID], { cwd })).stdout)).toMatchObject({
      state: "SUCCEEDED",
      attempt: 2,
    });

    const stays = await cirrus(["payload", "rerun", "-"], { cwd, stdin: `${ID}\n` });
    expect(stays).toMatchObject({ code: EXIT.failed, stdout: "" });
    expect(stays.stderr).toContain("add --replace");
    await cirrus(["payload", "rerun", ID, "--replace", "--reason", "new calibration"], { cwd });
    await runOn(cwd);
    expect(JSON.parse((await cirrus(["state", "get", ID], { cwd })).stdout)).toMatchObject({
      attempt: 3,
      history: expect.arrayContaining([
        expect.objectContaining({ to: "CLAIMED", attempt: 3, reason: expect.stringMatching(/; new calibration$/) }),
      ]),
    });
    expect((await cirrus(["payload", "get", ID], { cwd })).stdout).not.toContain("calibration");
  });

  test("rerun takes payloads or filters, never neither, both or more than --max", async () => {
    const cwd = await failedProject();
    for (const args of [[], [ID, "--state", "failed"]]) {
      expect(await cirrus(["payload", "rerun", ...args], { cwd })).toMatchObject({ code: EXIT.usage });
    }
    await cirrus(["run", "two-steps", "-"], { cwd, stdin: payloadText("two-steps", "second") });
    const many = await cirrus(["payload", "rerun", "--workflow", "two-steps", "--max", "1", "--yes"], { cwd });
    expect(many).toMatchObject({ code: EXIT.usage, stdout: "" });
    expect(many.stderr).toContain("More than 1 payloads");
  });

  test("validate, id and template need no project's memory", async () => {
    const cwd = project({ "bad.json": '{"process": 7}', "template.json": payloadText("two-steps", "$item") });
    expect(await cirrus(["payload", "validate", "payload.json"], { cwd })).toMatchObject({ code: EXIT.ok, stdout: "" });
    const bad = await cirrus(["payload", "validate", "payload.json", "bad.json"], { cwd });
    expect(bad).toMatchObject({ code: EXIT.config, stdout: "" });
    expect(bad.stderr).toContain("bad.json");
    expect((await cirrus(["payload", "id", "payload.json"], { cwd })).stdout).toBe(`${ID}\n`);
    const filled = await cirrus(["payload", "template", "template.json", "-x", "item", "scene-9"], { cwd });
    expect(JSON.parse(filled.stdout)).toMatchObject({ features: [{ id: "scene-9" }] });
    const missing = await cirrus(["payload", "template", "template.json"], { cwd });
    expect(missing).toMatchObject({ code: EXIT.config, stdout: "" });
    expect(missing.stderr).toContain("-x item <value>");
    expect(existsSync(join(cwd, ".cirrus", "cirrus.db"))).toBe(false);
  });
});

describe("cirrus deployment", () => {
  test("a deployment is named once and listed; its file says stage, stack, region and profile", async () => {
    const cwd = project();
    const add = await cirrus(["deployment", "add", "mine", "--stage", "test", "--region", "eu-west-1"], { cwd });
    expect(add, add.stderr).toMatchObject({ code: EXIT.ok, stdout: "" });
    expect(await cirrus(["deployment", "add", "mine", "--stage", "prod"], { cwd })).toMatchObject({
      code: EXIT.conflict,
    });
    await cirrus(["deployment", "add", "mine", "--stage", "prod", "--replace"], { cwd });
    expect(JSON.parse((await cirrus(["deployment", "list", "--json"], { cwd })).stdout)).toEqual([
      { name: "mine", stage: "prod" },
    ]);
    const unknown = await cirrus(["state", "list", "--deployment", "mime"], { cwd });
    expect(unknown.code).toBe(EXIT.notFound);
    expect(unknown.stderr).toContain("Did you mean mine?");
    expect(await cirrus(["deployment", "add", "../x", "--stage", "prod"], { cwd })).toMatchObject({ code: EXIT.usage });
  });

  test("exec runs a command with the variables of the place, here those of the local runtime", async () => {
    const cwd = project();
    writeFiles(cwd, {
      "see.js":
        'process.exit(process.env.CIRRUS_DATA_BUCKET === "cirrus-data" || /data/.test(process.env.CIRRUS_DATA_BUCKET) ? 0 : 3)',
    });
    const ok = await cirrus(["deployment", "exec", "--local", "--", process.execPath, "see.js"], {
      cwd,
      env: { CIRRUS_STAGE: "prod" },
    });
    expect(ok, ok.stderr).toMatchObject({ code: EXIT.ok });
    const failed = await cirrus(["deployment", "exec", "--", process.execPath, "-e", "process.exit(3)"], { cwd });
    expect(failed).toMatchObject({ code: EXIT.failed });
    expect(await cirrus(["deployment", "exec", "--", "no-such-program-anywhere"], { cwd })).toMatchObject({
      code: EXIT.notFound,
    });
  });
});
