/** An execution on a machine of AWS, from what take-turn has stored to the end that it says. */
import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { executeStored } from "../../../src/scheduler/aws/execute-stored.ts";
import { requestOf } from "../../contracts/loop-world.ts";
import { begun } from "./stored-loops.ts";

const SLEEPS = 'def run():\n    import time\n    print("asleep", flush=True)\n    time.sleep(600)\n';

test("P8, P20: the stored code runs, and its end, its log and its notebook are where everybody finds them", async () => {
  const { open, operator, execution, folder } = await begun(
    'def run():\n    print("trains")\n    return {"größe": 5}\n',
  );
  const executed = await executeStored(open(), execution.id, { folder });
  expect(executed).toMatchObject({ outcome: "ended", end: { outcome: "SUCCEEDED", result: { größe: 5 } } });
  expect(await operator.ends.read(execution.id)).toMatchObject({ outcome: "SUCCEEDED", result: { größe: 5 } });
  const { lines } = await operator.files.log(execution.id);
  expect(lines.map(({ message }) => message)).toContain("trains");
  expect(await operator.files.notebook(execution.id)).toContain("trains");
  // take-turn records it: a machine changes no loop.
  expect((await operator.store.execution(execution.id))?.end).toBeUndefined();
});

test("what comes twice runs once: at once on two machines, or again later", async () => {
  const { open, execution, folder } = await begun("def run():\n    return 1\n");
  const both = await Promise.all(
    ["one", "two"].map((machine) => executeStored(open(), execution.id, { folder: `${folder}/${machine}` })),
  );
  expect(both.map(({ outcome }) => outcome).sort()).toEqual(["ended", "nothing"]);
  expect(await executeStored(open(), execution.id, { folder })).toMatchObject({ outcome: "nothing" });
});

test("an execution that nobody knows is nothing to do", async () => {
  const { open, folder } = await begun("def run():\n    return 1\n");
  expect(await executeStored(open(), "0197-unknown", { folder })).toMatchObject({
    outcome: "nothing",
    reason: "There is no execution 0197-unknown",
  });
});

test("code that is not stored is a failure that says what to look at", async () => {
  const { open, objects, execution, folder } = await begun("def run():\n    return 1\n");
  for (const key of [...objects.keys()]) if (key.includes("/sources/")) objects.delete(key);
  const executed = await executeStored(open(), execution.id, { folder });
  expect(executed).toMatchObject({
    end: { outcome: "FAILED", error: { message: expect.stringContaining("is not stored") } },
  });
});

test("somebody who cancels it is heard while it runs", async () => {
  const { open, operator, execution, folder } = await begun(SLEEPS);
  await operator.store.cancel(execution.id, requestOf({ by: "ada", note: "wrong data" }));
  const executed = await executeStored(open(), execution.id, { folder });
  expect(executed).toMatchObject({
    end: { outcome: "CANCELLED", error: { name: "Cancelled", message: "ada cancelled it: wrong data" } },
  });
});

test("a machine that is taken away gives its turn back; one that has no more time does not", async () => {
  for (const [option, outcome, name] of [
    ["taken", "CANCELLED", "Stopped"],
    ["late", "TIMED_OUT", "Timeout"],
  ] as const) {
    const { open, operator, execution, folder } = await begun(SLEEPS);
    const executed = await executeStored(open(), execution.id, { folder, [option]: AbortSignal.timeout(100) });
    expect(executed).toMatchObject({ end: { outcome, error: { name } } });
    expect(await operator.ends.read(execution.id)).toMatchObject({ outcome });
  }
});

test("nothing is left of it on the machine that the next execution could meet", async () => {
  const { open, execution, folder } = await begun(
    "def run():\n    open('made.txt', 'w').write('here')\n    return 1\n",
  );
  await executeStored(open(), execution.id, { folder });
  const left = readdirSync(folder, { recursive: true }).map(String);
  expect(left.filter((path) => path.includes("made.txt") || path.includes("train.ipynb"))).toEqual([]);
});
