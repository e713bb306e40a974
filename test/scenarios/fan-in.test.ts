/** Fan-in with real files, workers and processes: all members at once, some of them missing, and killed on the way. */
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { makeRandom } from "../../src/asl/random.ts";
import { cirrus, startCirrus } from "../cli/cirrus.ts";
import { featureOf, taskFiles, temporaryProject, workflowFiles } from "../cli/temporary-project.ts";
import { expectEachStepEndedOnce, expectNothingWaits, lastVisibleAt, query } from "./aftermath.ts";

const SEED = process.env.CIRRUS_TEST_SEED ?? String(Date.now());
const ITEMS = ["a", "b", "c", "d", "e"];
const ID = "demo/workflow-together/all";
const HANDLER = "export async function handler(event: object) { return event; }\n";

const member = (item: string) =>
  JSON.stringify({
    type: "FeatureCollection",
    features: [featureOf(item)],
    process: [{ workflow: "scene" }, { workflow: "together", await: { group: "all", count: ITEMS.length } }],
  });
const files = ITEMS.map((item) => `${item}.json`);

function project(): string {
  return temporaryProject({
    ...taskFiles("pass", HANDLER),
    ...workflowFiles("scene", "pass"),
    ...workflowFiles("together", "pass"),
    ...Object.fromEntries(ITEMS.map((item) => [`${item}.json`, member(item)])),
  });
}

/** The one execution of all of them, and whose items it had. */
function expectOneRun(root: string, message = ""): void {
  const runs = query<{ input: string }>(root, "SELECT input FROM executions WHERE arn LIKE '%together%'");
  expect(runs, message).toHaveLength(1);
  const { features } = JSON.parse(runs[0]?.input ?? "{}") as { features: readonly { id: string }[] };
  expect(features.map(({ id }) => id)).toEqual(ITEMS);
}

test("what waits is told of, keeps nobody waiting, can be stopped, and runs once all have come", async () => {
  const cwd = project();
  const some = await cirrus(["run", "scene", "a.json", "b.json"], { cwd });
  expect(some.code, some.stderr).toBe(0);
  expect(some.stderr).toMatch(/└ demo\/workflow-together\/all +together +⋯ WAITING/);
  expect(some.stderr).toMatch(/waits for 3 of 5/);
  expect((await cirrus(["state", "list", "--state", "waiting", "-o", "name"], { cwd })).stdout).toBe(`${ID}\n`);
  expect((await cirrus(["execution", "get", ID], { cwd })).stderr).toContain("is WAITING for others");
  expect(await cirrus(["execution", "stop", ID, "--reason", "not needed"], { cwd })).toMatchObject({ code: 0 });

  const others = await cirrus(["run", "scene", "c.json", "d.json", "e.json"], { cwd });
  expect(others.code, others.stderr).toBe(0);
  expectOneRun(cwd);
  expectNothingWaits(cwd);
  const shown = JSON.parse((await cirrus(["state", "get", ID], { cwd })).stdout);
  expect(shown).toMatchObject({ state: "SUCCEEDED", awaited: { here: 5, needs: 5, more: false } });
  expect(shown.awaited.members[0]).toMatchObject({ id: "demo/workflow-scene/a", isHere: true });
  expect(shown.history).toContainEqual(expect.objectContaining({ to: "ABORTED", reason: "not needed" }));
});

// Real programs, each of which starts anew.
test("members that end at once, killed at any moment: the next start ends with one run of all", {
  timeout: 600_000,
}, async () => {
  const root = project();
  const random = makeRandom(`${SEED} fan-in`);
  const run = startCirrus(["run", "scene", ...files], root);
  const lines = Math.floor(random.unit() * 12);
  const ms = Math.round(random.unit() * 100);
  await run.lines(lines);
  await sleep(ms);
  run.child.kill("SIGKILL");
  await run.ended;
  const message = `killed ${ms} ms after line ${lines} (CIRRUS_TEST_SEED=${SEED})`;
  // What a killed process had in hand is hidden for five seconds: it may come after the end of the next start.
  for (let starts = 0; starts < 3; starts += 1) {
    const ended = await startCirrus(["run", "scene", ...files], root).ended;
    expect(ended.code, `${message}\n${ended.stderr}`).toBe(0);
    const late = lastVisibleAt(root);
    if (late === undefined) break;
    await sleep(Math.max(0, late - Date.now()));
  }
  expectOneRun(root, message);
  expectNothingWaits(root);
  expectEachStepEndedOnce(root);
});
