/** Whatever comes in: one clear message, a defined end or a rejection that can be seen, and nothing else is lost. */
import { randomUUID } from "node:crypto";
import { existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type Clock, systemClock } from "../../src/clock.ts";
import { EXIT } from "../../src/errors.ts";
import { readProject } from "../../src/project/read-project.ts";
import { type Followed, makeFollower } from "../../src/runtime/follow.ts";
import { makeRuntime } from "../../src/runtime/runtime.ts";
import { cirrus } from "../cli/cirrus.ts";
import { payloadText, taskFiles, temporaryProject, workflowFiles } from "../cli/temporary-project.ts";
import { expectNoProcesses } from "./aftermath.ts";

const GOOD = "export const handler = async (payload: unknown) => payload;\n";

function project(files: Readonly<Record<string, string>> = {}): string {
  return temporaryProject({ ...taskFiles("good", GOOD), ...workflowFiles("good", "good"), ...files });
}

/** Sends these messages together, as any publisher could, and waits for what becomes of each; with `hurried` not idly. */
async function sendTogether(
  root: string,
  bodies: readonly string[],
  hurried?: HurriedClock,
): Promise<readonly Followed[]> {
  const { project: read, problems } = readProject(root, { env: {} });
  expect(problems).toEqual([]);
  const runtime = makeRuntime({ project: read, data: join(root, ".cirrus"), clock: hurried ?? systemClock });
  try {
    const follower = makeFollower({ ...runtime.ports, messages: runtime.messages });
    const sent = await runtime.ports.intake.send(bodies.map((body) => ({ id: randomUUID(), body })));
    for (const outcome of sent) {
      if (outcome.outcome === "failed") throw new Error(outcome.message);
      follower.add(outcome.id, outcome.messageId ?? outcome.id);
    }
    await runtime.start();
    for (;;) {
      const followed = await follower.look();
      if (followed.every(({ settled }) => settled)) return followed;
      const { visible, inFlight } = await runtime.intake.depth();
      // What is in somebody's hands has all the time that it takes, however slow the machine is.
      if (visible + inFlight === 0) hurried?.skip(1_000);
      await systemClock.sleep(LOOK_MS);
    }
  } finally {
    await runtime.stop();
  }
}

const LOOK_MS = 20;

interface HurriedClock extends Clock {
  skip(ms: number): void;
}

/** Real time, of which parts may be left out: whoever sleeps then wakes the sooner. */
function hurriedClock(): HurriedClock {
  let skipped = 0;
  const now = () => systemClock.now() + skipped;
  return {
    now,
    async sleep(ms, signal) {
      const end = now() + ms;
      while (now() < end) await systemClock.sleep(Math.min(end - now(), LOOK_MS), signal);
    },
    skip(ms) {
      skipped += ms;
    },
  };
}

interface Unprocessed {
  readonly kind: string;
  readonly id: string;
  readonly reason: string;
}

async function rejections(cwd: string): Promise<readonly Unprocessed[]> {
  const { code, stdout } = await cirrus(["dlq", "list", "-o", "json"], { cwd });
  expect(code).toBe(EXIT.ok);
  return JSON.parse(stdout) as Unprocessed[];
}

describe("a message that can never run a payload", () => {
  const url = (value: string) => JSON.stringify({ url: value });

  test.each([
    { what: "not JSON", body: '{"type": "Feature', reason: /^not-json: .+/ },
    { what: "no payload", body: '{"hello": "world"}', reason: /\$/ },
    { what: "a payload without items", body: payloadText("good", "x", { features: [] }), reason: /\$\.features/ },
    { what: "an unreadable process", body: payloadText("good", "x", { process: 7 }), reason: /\$\.process.+7/ },
    {
      what: "an ID of another workflow",
      body: payloadText("good", "x", { id: "demo/workflow-other/x" }),
      reason: /\$\.id: found "demo\/workflow-other\/x", expected .+ good/,
    },
    {
      what: "the URL of no object",
      body: url("s3://demo-dev-payloads/lost.json"),
      reason: /^url-missing: there is no object at s3:\/\/demo-dev-payloads\/lost\.json/,
    },
    {
      what: "a URL outside the allowed places",
      body: url("s3://somebody-else/payload.json"),
      reason: /^url-not-allowed: .+somebody-else.+s3:\/\/demo-dev-payloads/,
    },
    { what: "a URL of this machine's files", body: url("file:///etc/passwd"), reason: /^url-not-allowed: / },
  ])("$what: rejected with the reason, kept as it came, and the payload beside it runs", async ({ body, reason }) => {
    const cwd = project();
    const [bad, good] = await sendTogether(cwd, [body, payloadText("good", "scene")]);
    expect(good?.record?.state).toBe("SUCCEEDED");
    expect(bad?.outcome?.outcome).toBe("rejected");
    const [rejection, ...more] = await rejections(cwd);
    expect(more).toEqual([]);
    expect(rejection).toMatchObject({ kind: "rejected", reason: expect.stringMatching(reason) });
    const shown = await cirrus(["dlq", "show", rejection?.id ?? ""], { cwd });
    expect(shown.stdout).toContain(JSON.stringify(body).slice(1, -1));
    expect((await cirrus(["dlq", "redrive", rejection?.id ?? ""], { cwd })).stderr).toContain("mended and published");
  });

  test("an object that is not JSON is rejected with its URL", async () => {
    const cwd = project({ ".cirrus/objects/demo-dev-payloads/half.json": '{"type":' });
    const [bad] = await sendTogether(cwd, [url("s3://demo-dev-payloads/half.json")]);
    expect(bad?.outcome).toMatchObject({ outcome: "rejected" });
    expect(bad?.outcome?.reason).toContain("s3://demo-dev-payloads/half.json");
  });
});

describe("a payload that cannot run", () => {
  test("because its input cannot be stored is given up after five tries, with what to do; redriven, it runs", async () => {
    // Where the folder of inputs belongs there is a file.
    const obstacle = ".cirrus/objects/demo-dev-payloads/cirrus/executions";
    const cwd = project({ [obstacle]: "" });
    // One that is too large to travel inside the call that starts it.
    const large = payloadText("good", "scene", { note: "x".repeat(150_000) });
    const [one] = await sendTogether(cwd, [large], hurriedClock());
    expect(one?.outcome).toMatchObject({ outcome: "given-up", reason: expect.stringContaining("cirrus dlq redrive ") });
    const [dead, ...more] = await rejections(cwd);
    expect(more).toEqual([]);
    expect(dead).toMatchObject({ kind: "dead", reason: expect.stringMatching(/received 5 times; last: .+executions/) });

    rmSync(join(cwd, obstacle));
    expect(one?.outcome?.reason).toContain(`cirrus dlq redrive ${dead?.id}`);
    expect(await cirrus(["dlq", "redrive", dead?.id ?? ""], { cwd })).toMatchObject({ code: EXIT.ok });
    expect(await rejections(cwd)).toEqual([]);
    const run = await cirrus(["run", "good", "-"], { cwd, stdin: large });
    expect(run.code, run.stderr).toBe(EXIT.ok);
    const { stdout } = await cirrus(["state", "get", "demo/workflow-good/scene"], { cwd });
    expect(JSON.parse(stdout)).toMatchObject({ state: "SUCCEEDED" });
  });

  test("of an unknown workflow ends FAILED and says so; the others sent with it run", async () => {
    const cwd = project();
    const bodies = [payloadText("unknown", "scene"), payloadText("good", "scene")];
    const [unknown, good] = await sendTogether(cwd, bodies);
    expect(unknown?.record).toMatchObject({
      state: "FAILED",
      lastError: { error: "UnknownWorkflow", cause: expect.stringContaining("no workflow unknown") },
    });
    expect(good?.record?.state).toBe("SUCCEEDED");
  });

  test("sent twice in one batch runs once, and the second message says why", async () => {
    const cwd = project();
    const body = payloadText("good", "scene");
    const followed = await sendTogether(cwd, [body, body, payloadText("good", "other")]);
    expect(followed.map(({ record }) => [record?.state, record?.attempt])).toEqual([
      ["SUCCEEDED", 1],
      ["SUCCEEDED", 1],
      ["SUCCEEDED", 1],
    ]);
    const outcomes = followed.slice(0, 2).map(({ outcome }) => outcome?.outcome);
    expect(outcomes.sort()).toEqual(["skipped", "started"]);
    expect(followed.find(({ outcome }) => outcome?.outcome === "skipped")?.outcome?.reason).toMatch(/.{10}/);
  });
});

describe("a workflow whose state machine does not parse", () => {
  test("is told with file, line, column and hint, and nothing is run", async () => {
    const files = workflowFiles("broken", "good");
    const path = "workflows/broken/definition.yml";
    const cwd = project({ [path]: files[path]?.replace("StartAt: only", "StartAt: olny") ?? "" });
    writeFileSync(join(cwd, "payload.json"), payloadText("good", "scene"));
    const { code, stdout, stderr } = await cirrus(["run", "good", "payload.json"], { cwd });
    expect({ code, stdout }).toEqual({ code: EXIT.config, stdout: "" });
    expect(stderr).toMatch(/workflows\/broken\/definition\.yml:3:\d+.+olny[^\n]*\n +.*only/);
    expect(existsSync(join(cwd, ".cirrus"))).toBe(false);
  });

  test("does not stand in the way of looking at what has run", async () => {
    const cwd = project({ "workflows/broken/definition.yml": "definition: [" });
    expect(await cirrus(["state", "list"], { cwd })).toMatchObject({ code: EXIT.ok });
    expect(await cirrus(["run", "good", "-"], { cwd, stdin: payloadText("good", "x") })).toMatchObject({
      code: EXIT.config,
    });
  });
});

/** Seconds: in some cases they are over soon, in all others never, however busy the machine is. */
const SHORT = 1;
const LONG = 300;

describe("a handler that", () => {
  const TIMED_OUT = "timed out after 1.00 seconds";
  const CASES = {
    throws: { code: 'throw new RangeError("The sun is down.");', error: "RangeError: The sun is down." },
    "throws no error": { code: 'throw "nothing";', error: "string: nothing" },
    hangs: { code: "await new Promise(() => setInterval(() => {}, 1000));", error: TIMED_OUT, timeout: SHORT },
    "never lets go of the processor": { code: "for (;;);", error: TIMED_OUT, timeout: SHORT },
    "calls process.exit": { code: "process.exit(3);", error: "exit status 3" },
    "uses more memory than it has": {
      code: "const all: unknown[] = []; for (;;) all.push(new Array(1e5).fill(Math.random()));",
      error: "ran out of memory",
    },
    "returns what is no JSON": { code: "return { big: 10n };", error: "handler's result as JSON" },
    "returns what closes a circle": {
      code: "const a: any = {}; a.a = a; return a;",
      error: "handler's result as JSON",
    },
    "imports what is not there": { head: 'import "no-such-package";', code: "", error: "no-such-package" },
    "is not TypeScript": { head: "export const = 1;", code: "", error: /SyntaxError: .+handler\.ts:1/ },
    "exports no handler": { head: "export const other = 1;", error: "handler.handler is undefined or not exported" },
  } as const;
  const cases = Object.entries(CASES).map(([name, one], index) => ({
    ...{ name, workflow: `case-${index}`, head: "", code: undefined, timeout: LONG },
    ...one,
  }));
  // Those that are to time out come by themselves: what many begin at once could take longer than a handler may load.
  const parts = [SHORT, LONG].map((seconds) => cases.filter(({ timeout }) => timeout === seconds));

  test("fails in any of these ways fails its payload with a clear error, and no other", async () => {
    const files = cases.map(({ workflow, head, code, timeout }) => {
      const handler = code === undefined ? head : `${head}\nexport const handler = async () => {\n${code}\n};\n`;
      return {
        ...taskFiles(workflow, handler, { lambda: `  timeout: ${timeout}\n  memorySize: 128\n` }),
        ...workflowFiles(workflow, workflow),
      };
    });
    const cwd = project(Object.assign({}, ...files));
    expect(parts.map(({ length }) => length)).toEqual([2, cases.length - 2]);
    for (const [number, part] of parts.entries()) {
      const followed = await sendTogether(cwd, [
        payloadText("good", `before-${number}`),
        ...part.map(({ workflow }) => payloadText(workflow, "scene")),
        payloadText("good", `after-${number}`),
      ]);
      const ends = followed.map(({ record }) => record);
      expect([ends.at(0)?.state, ends.at(-1)?.state]).toEqual(["SUCCEEDED", "SUCCEEDED"]);
      for (const [index, { name, error }] of part.entries()) {
        const record = ends[index + 1];
        expect(record?.state, name).toBe("FAILED");
        const text = `${record?.lastError?.error}: ${record?.lastError?.cause}`;
        expect(text, name).toEqual(
          typeof error === "string" ? expect.stringContaining(error) : expect.stringMatching(error),
        );
        expect(text, "stacks belong into logs").not.toMatch(/\n +at /);
      }
    }
    await expectNoProcesses(cwd);
  });
});
