/** What a task leaves behind when it ends: processes that try to get away, folders that do not want to be removed. */
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { SANDBOX } from "../../../src/embedded/processes/processes.ts";
import { temporaryFolder } from "../../embedded/temporary-folder.ts";
import { executionOf, makeSetting } from "./executing.ts";
import { makeHandClock } from "./hand-clock.ts";

/** Leaves its group, and from then on many start their successors and end, all the time. */
const MULTIPLIES = `
import os, time
if os.fork() == 0:
    os.setsid()
    for _ in range(40):
        if os.fork() == 0: break
    while True:
        time.sleep(0.005)
        os.utime(args["alive"])
        if os.fork():
            os._exit(0)
time.sleep(0.3)
say({"result": 1})`;

test("processes that multiply are ended by the group that they have made, faster than they can start others", async () => {
  const clock = makeHandClock();
  const { run } = makeSetting({ clock });
  const alive = join(temporaryFolder(), "alive");
  writeFileSync(alive, "");
  const execution = executionOf(MULTIPLIES, { clock });
  const task = { ...execution.task, args: { ...execution.task.args, alive } };
  const { end } = await run({ ...execution, task });
  expect(end.outcome).toBe("SUCCEEDED");
  const touched = () => statSync(alive).mtimeMs;
  const last = touched();
  await sleep(200);
  expect(touched()).toBe(last);
});

test("a process that the guard cannot be told of does not wait for ever, and the next one starts when it can be told again", async () => {
  const clock = makeHandClock();
  const { run, folder } = makeSetting({ clock });
  const [runtime = ""] = readdirSync(join(folder, "loops/workers"));
  const notes = join(folder, "loops/workers", runtime, "workers");
  rmSync(notes, { recursive: true });
  const refused = await run(executionOf("say({'result': 1})", { clock }));
  expect(refused.end).toMatchObject({ outcome: "FAILED", error: { name: "NotRunnable" } });
  await expect.poll(() => startedFor(folder)).toEqual([]);
  mkdirSync(notes);
  const { end } = await run(executionOf("say({'result': 1})", { clock }));
  expect(end).toMatchObject({ outcome: "SUCCEEDED", result: 1 });
});

/** Process IDs, by the variable that all processes of a task have. */
function startedFor(folder: string): readonly string[] {
  return readdirSync("/proc").filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/environ`, "utf8").includes(`${SANDBOX}=${folder}`);
    } catch {
      return false;
    }
  });
}
