/** Two terminals: `cirrus dev` keeps a project running, `cirrus publish` sends it payloads. */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { EXIT } from "../../src/errors.ts";
import { expectNoProcesses } from "../scenarios/aftermath.ts";
import { cirrus, startCirrus } from "./cirrus.ts";
import { payloadText, taskFiles, temporaryProject, workflowFiles, writeFiles } from "./temporary-project.ts";

/** Gives its items this colour. */
function paint(colour: string): string {
  return `export async function handler(payload: { features: { properties: object }[] }) {
  for (const item of payload.features) item.properties = { ...item.properties, colour: "${colour}" };
  return payload;
}
`;
}

function project(): string {
  return temporaryProject({ ...taskFiles("paint", paint("red")), ...workflowFiles("paint", "paint") });
}

async function publish(cwd: string, item: string, workflow = "paint", ...flags: readonly string[]) {
  const stdin = payloadText(workflow, item);
  const ended = await cirrus(["publish", "-", "--wait", ...flags], { cwd, stdin });
  return { ...ended, url: `demo/workflow-${workflow}/${item}` };
}

/** What `run` prints of a payload that has ended before. */
async function colourOf(cwd: string, item: string): Promise<unknown> {
  const { stdout } = await cirrus(["run", "paint", "-"], { cwd, stdin: payloadText("paint", item) });
  return (JSON.parse(stdout) as { features: { properties: { colour: unknown } }[] }).features[0]?.properties.colour;
}

describe("cirrus dev and cirrus publish", () => {
  test("a published payload waits until dev takes it, and --wait shows what became of it, also when it is run again", async () => {
    const cwd = project();
    const sent = await cirrus(["publish", "-"], { cwd, stdin: payloadText("paint", "early") });
    expect(sent.code).toBe(EXIT.ok);
    expect(sent.stdout).toMatch(/^[0-9a-f-]{36}\n$/);
    expect((await cirrus(["state", "list"], { cwd })).stdout).toBe("");

    const dev = startCirrus(["dev"], cwd);
    await dev.saying("SUCCEEDED demo/workflow-paint/early");
    const { code, stdout, stderr } = await publish(cwd, "late");
    expect(code, stderr).toBe(EXIT.ok);
    expect(stdout).toMatch(/^[0-9a-f-]{36}\n$/);
    expect(stderr).toContain("✓ SUCCEEDED");
    await dev.saying("SUCCEEDED demo/workflow-paint/late");

    const ids = ["early", "late"].map((item) => `demo/workflow-paint/${item}`);
    const rerun = await cirrus(["payload", "rerun", ...ids, "--replace", "--wait"], { cwd });
    expect(rerun.code, rerun.stderr).toBe(EXIT.ok);
    expect(rerun.stdout).toBe(`${ids.join("\n")}\n`);
    for (const id of ids) {
      expect(rerun.stderr).toContain(`SUCCEEDED ${id} (attempt 2`);
      expect(JSON.parse((await cirrus(["state", "get", id], { cwd })).stdout)).toMatchObject({ attempt: 2 });
    }
    dev.child.kill("SIGINT");
    expect(await dev.ended).toMatchObject({ code: EXIT.interrupted, stdout: "" });
    await expectNoProcesses(cwd);
  });

  test("a changed handler takes effect at once; a broken definition is told, and what was there goes on", async () => {
    const cwd = project();
    const dev = startCirrus(["dev"], cwd);
    await dev.saying("Ready.");
    expect((await publish(cwd, "first")).code).toBe(EXIT.ok);

    writeFiles(cwd, { "tasks/paint/handler.ts": paint("green") });
    await dev.saying(/handler\.ts changed: taken/);
    expect((await publish(cwd, "second")).code).toBe(EXIT.ok);

    writeFiles(cwd, { "workflows/paint/definition.yml": "definition:\n  StartAt: nowhere\n  States: {}\n" });
    await dev.saying(/workflows\/paint\/definition\.yml changed: not taken\.[\s\S]*definition\.yml:\d+:\d+/);
    expect((await publish(cwd, "third")).code).toBe(EXIT.ok);

    writeFiles(cwd, { ...workflowFiles("paint", "paint"), ...workflowFiles("again", "paint") });
    await dev.saying(/workflows\/again\/definition\.yml changed: taken/);
    expect((await publish(cwd, "fourth", "again")).code).toBe(EXIT.ok);
    dev.child.kill("SIGINT");
    await dev.ended;

    const colours = await Promise.all(["first", "second", "third"].map((item) => colourOf(cwd, item)));
    expect(colours).toEqual(["red", "green", "green"]);
  });

  test("dev says which topics call feeders, and which events of theirs never come on one machine", async () => {
    const events = (...lines: readonly string[]) =>
      `uses: feed-s3-objects\nlambda:\n  events:\n${lines.map((line) => `    - ${line}\n`).join("")}`;
    const cwd = temporaryProject({
      "feeders/items/definition.yml": events("sns: { arn: !Ref PublishTopic, topicName: items }"),
      "feeders/scenes/definition.yml": events(
        "sqs: arn:aws:sqs:us-west-2:111122223333:scenes",
        "eventBridge: { pattern: { source: [aws.s3] } }",
      ),
    });
    const dev = startCirrus(["dev", "--no-dashboard"], cwd);
    await dev.saying("Ctrl-C stops");
    expect(dev.said()).toContain(
      "Feeders: items for messages of arn:aws:sns:local:000000000000:demo-dev-PublishTopic.\n",
    );
    const warnings = dev.said().match(/^warning: .*$/gm);
    expect(warnings).toEqual([
      "warning: No message of AWS reaches the feeder scenes on one machine (its event sqs, eventBridge). Call it by hand: npx cirrus feed scenes event.json | npx cirrus publish -",
    ]);
    dev.child.kill("SIGINT");
    await dev.ended;
  });

  test("--wait ends with the exit code of what it waited for, and says why", async () => {
    const cwd = project();
    const dev = startCirrus(["dev"], cwd);
    const failed = await publish(cwd, "scene", "unknown", "--no-validate");
    expect(failed.code).toBe(EXIT.failed);
    expect(failed.stderr).toContain("There is no workflow unknown in this project.");
    dev.child.kill("SIGTERM");
    expect((await dev.ended).code).toBe(EXIT.terminated);
  });

  test("waiting for a dev that is not there says so, and Ctrl-C leaves the message for it", async () => {
    const cwd = project();
    const waiting = startCirrus(["publish", "payload.json", "--wait"], cwd);
    await waiting.ended;
    writeFileSync(join(cwd, "payload.json"), payloadText("paint", "scene"));
    const again = startCirrus(["publish", "payload.json", "--wait"], cwd);
    await again.saying("cirrus dev");
    again.child.kill("SIGINT");
    expect((await again.ended).code).toBe(EXIT.interrupted);
    const dev = startCirrus(["dev"], cwd);
    await dev.saying("SUCCEEDED demo/workflow-paint/scene");
    dev.child.kill("SIGINT");
    await dev.ended;
  });
});

describe("Ctrl-C", () => {
  test("of a run exits with 130 and leaves nothing running; the next start ends what was begun", async () => {
    const gate = join(project(), "gate");
    const cwd = join(gate, "..");
    writeFiles(cwd, {
      "tasks/paint/handler.ts": `import { existsSync } from "node:fs";
export async function handler(payload: unknown) {
  while (!existsSync("${gate}")) await new Promise((resolve) => setTimeout(resolve, 20));
  return payload;
}
`,
      "payload.json": payloadText("paint", "scene"),
    });
    const run = startCirrus(["run", "paint", "payload.json"], cwd);
    await run.saying("PROCESSING");
    run.child.kill("SIGINT");
    const { code, stdout, stderr } = await run.ended;
    expect({ code, stdout }).toEqual({ code: EXIT.interrupted, stdout: "" });
    expect(stderr).toMatch(/Stopped\. .+next start\.\n$/);
    await expectNoProcesses(cwd);
    mkdirSync(gate);
    const again = await cirrus(["run", "paint", "payload.json"], { cwd });
    expect(again.code, again.stderr).toBe(EXIT.ok);
    expect(again.stderr).toContain("attempt 1");
    rmSync(gate, { recursive: true });
  });
});
