/** `cirrus feed` and `cirrus feeder run` with feed-stac-api, against a STAC API on this machine. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { systemClock } from "../../src/clock.ts";
import { EXIT } from "../../src/errors.ts";
import { type ApiItem, type ApiOptions, makeStacApi } from "../feeder/stac-api-server.ts";
import { cirrus, startCirrus } from "./cirrus.ts";
import { temporaryProject, writeFiles } from "./temporary-project.ts";

const items = Array.from(
  { length: 300 },
  (_, index): ApiItem => ({
    type: "Feature",
    id: `scene-${index}`,
    collection: "scenes",
    properties: { datetime: new Date(Date.UTC(2024, 0, 1) + index * 3_600_000).toISOString() },
  }),
);

/** With slices of at most 40 items. */
async function openApi(options: Partial<ApiOptions> = {}) {
  const api = makeStacApi({ items, clock: systemClock, ...options });
  const { url, close } = await api.listen();
  onTestFinished(close);
  return { url, args: ["stac-api", "--url", url, "--collection", "scenes", "--max-items-batch", "40"] };
}

function idsIn(ndjson: string): readonly string[] {
  const lines = ndjson.split("\n").filter((line) => line.endsWith("}"));
  return lines.map((line) => JSON.parse(line).features[0].id);
}

const ALL = items.map(({ id }) => id).sort();

describe("cirrus feed", () => {
  test("prints a payload a line, which cirrus publish takes; everything else is on standard error", async () => {
    const cwd = temporaryProject();
    const { args } = await openApi();
    const fed = await cirrus(["feed", ...args], { cwd });
    expect(fed.code, fed.stderr).toBe(EXIT.ok);
    expect(idsIn(fed.stdout).toSorted()).toEqual(ALL);
    expect(fed.stderr).toContain("for the workflow publish-only");
    expect(fed.stderr).toContain("feed-stac-api: 300 payloads");
    const published = await cirrus(["publish", "-"], { cwd, stdin: fed.stdout });
    expect(published.code, published.stderr).toBe(EXIT.ok);
    expect(published.stdout.trimEnd().split("\n")).toHaveLength(300);
  });

  test("takes parameters as options, on top of an event, and names those that are wrong", async () => {
    const cwd = temporaryProject();
    const { url } = await openApi();
    writeFiles(cwd, {
      "event.json": JSON.stringify({ url, workflow: "mirror", limit: 5, datetime: "2023" }),
      "search.json": '{"limit": 3}',
    });
    const given = ["--datetime", "2024-01-02", "--limit", "2", "--replace", "--bbox", "-10,40,10,50"];
    const fed = await cirrus(["feed", "feed-stac-api", "event.json", ...given, "--search", "@search.json"], { cwd });
    expect(fed.code, fed.stderr).toBe(EXIT.ok);
    const payloads = fed.stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(payloads.map(({ process }) => process)).toEqual(Array(2).fill([{ workflow: "mirror", replace: true }]));
    const wrong = await cirrus(["feed", "stac-api", "event.json", "--limit", "few"], { cwd });
    expect(wrong).toMatchObject({
      code: EXIT.failed,
      stdout: "",
      stderr: expect.stringMatching(/InvalidInput: \$\.limit/),
    });
    const unknown = await cirrus(["feed", "stac-api", "--colection", "scenes"], { cwd });
    expect(unknown).toMatchObject({ code: EXIT.usage, stderr: expect.stringContaining("Did you mean --collection") });
    const noJson = await cirrus(["feed", "stac-api", "--url", url, "--search", "{limit: 3}"], { cwd });
    expect(noJson).toMatchObject({ code: EXIT.usage, stderr: expect.stringContaining("is no JSON") });
  });

  test("says which options a feeder has, and what there is without one", async () => {
    const cwd = temporaryProject();
    const help = await cirrus(["feed", "stac-api", "--help"], { cwd });
    expect(help.code).toBe(EXIT.ok);
    expect(help.stdout).toMatch(/--max-items-batch <number> .*\(default: 5000\)/s);
    expect((await cirrus(["feed", "--help"], { cwd })).stdout).toContain("cirrus feed <feeder> --help");
    expect(await cirrus(["feed"], { cwd })).toMatchObject({ code: EXIT.usage, stdout: "" });
    expect((await cirrus(["feed", "stac-apis"], { cwd })).stderr).toContain("Did you mean stac-api?");
  });

  test("that was killed goes on at its checkpoint", async () => {
    const cwd = temporaryProject();
    let hangs = true;
    const { promise: hung, resolve } = Promise.withResolvers<void>();
    const { args } = await openApi({
      fault(number) {
        if (!hangs || number <= 40) return undefined;
        resolve();
        return "hang";
      },
    });
    const command = ["feed", ...args, "--checkpoint", "reached.json"];
    const first = startCirrus(command, cwd);
    await hung;
    first.child.kill("SIGKILL");
    const before = idsIn((await first.ended).stdout);
    hangs = false;
    expect(before.length).toBeGreaterThan(0);
    expect(before.length).toBeLessThan(300);
    const other = await cirrus([...command, "--datetime", "2024"], { cwd });
    expect(other.stderr).toMatch(/reached.json is a checkpoint of another run/);
    const second = await cirrus(command, { cwd });
    expect(second.code, second.stderr).toBe(EXIT.ok);
    const after = idsIn(second.stdout);
    expect([...new Set([...before, ...after])].sort()).toEqual(ALL);
    expect(before.length + after.length - 300).toBeLessThanOrEqual(40);
    expect(existsSync(join(cwd, "reached.json"))).toBe(false);
  });

  test("ends in good order when nobody reads any further", async () => {
    const cwd = temporaryProject();
    const { args } = await openApi();
    const { child, ended } = startCirrus(["feed", ...args], cwd);
    child.stdout?.once("data", () => child.stdout?.destroy());
    expect((await ended).code).toBe(EXIT.ok);
  });
});

describe("cirrus feeder run", () => {
  test("sends what it finds, and goes on where it failed", async () => {
    const cwd = temporaryProject();
    let fails = true;
    const { args } = await openApi({ fault: (number) => (fails && number > 40 ? { status: 403 } : undefined) });
    const command = ["feeder", "run", ...args, "--workflow", "publish-only"];
    const first = await cirrus(command, { cwd });
    expect(first.code).toBe(EXIT.failed);
    expect(first.stderr).toMatch(/Sent \d+ payloads here before it ended early.*UnexpectedAnswer: .*answered 403/s);
    fails = false;
    const second = await cirrus(command, { cwd });
    expect(second.code, second.stderr).toBe(EXIT.ok);
    const lines = [first, second].map(({ stdout }) => stdout.trimEnd().split("\n").length);
    expect(lines[0]).toBeGreaterThan(0);
    expect((lines[0] ?? 0) + (lines[1] ?? 0)).toBeLessThanOrEqual(340);
  });
});

describe("cirrus publish -", () => {
  const payload = (id: string) => ({
    type: "FeatureCollection",
    features: [{ type: "Feature", id, collection: "scenes" }],
    process: [{ workflow: "publish-only" }],
  });
  const lines = (count: number) => Array.from({ length: count }, (_, index) => JSON.stringify(payload(`${index}`)));

  test("sends payloads as they come; what is wrong further on is told with its line, and what was sent before", async () => {
    const cwd = temporaryProject();
    const stdin = [...lines(1100), '{"type": "FeatureColl'].join("\n");
    const run = await cirrus(["publish", "-"], { cwd, stdin });
    expect(run.code).toBe(EXIT.config);
    expect(run.stdout.trimEnd().split("\n")).toHaveLength(1000);
    expect(run.stderr).toMatch(/Published 1000 payloads here before this:\n.*stdin:1101/s);
  });

  test("sends nothing of a few payloads of which one is wrong", async () => {
    const cwd = temporaryProject();
    const run = await cirrus(["publish", "-"], { cwd, stdin: [...lines(3), "{}"].join("\n") });
    expect(run).toMatchObject({ code: EXIT.config, stdout: "", stderr: expect.stringContaining("stdin:4") });
  });

  test("takes a payload over several lines, and characters that end a line elsewhere", async () => {
    const cwd = temporaryProject();
    const whole = await cirrus(["publish", "-"], { cwd, stdin: JSON.stringify(payload("a"), null, 2) });
    expect(whole.code, whole.stderr).toBe(EXIT.ok);
    const two = [payload("b"), payload("c")].map((one) => JSON.stringify({ ...one, note: "line\u2028separator" }));
    const both = await cirrus(["publish", "-"], { cwd, stdin: `${two.join("\r\n")}\n` });
    expect(both.stdout.trimEnd().split("\n")).toHaveLength(2);
  });

  test("says where nothing came", async () => {
    const run = await cirrus(["publish", "-"], { cwd: temporaryProject(), stdin: "\n" });
    expect(run).toMatchObject({ code: EXIT.notFound, stderr: expect.stringContaining("Nothing came") });
  });
});
