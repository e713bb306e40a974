/** Environments that several processes want at once, and one whose builder is killed. */
import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { temporaryFolder } from "../temporary-folder.ts";
import { PYTHON } from "./python-here.ts";
import { writeWheel } from "./wheels.ts";

function makeSetting() {
  const folder = temporaryFolder();
  const wheels = join(folder, "wheels");
  mkdirSync(wheels);
  writeWheel(wheels, "peachy", "1.0");
  const builder = join(import.meta.dirname, "building-process.ts");
  return {
    folder,
    start() {
      const child = spawn(process.execPath, [builder, folder, PYTHON, wheels, "peachy"], {
        stdio: ["ignore", "pipe", "pipe"],
      });
      onTestFinished(() => void child.kill("SIGKILL"));
      return { child, outcome: text(child.stdout).then((said) => JSON.parse(said)), log: text(child.stderr) };
    },
    built() {
      const own = join(folder, "environments", "python");
      return existsSync(own) ? readdirSync(own) : [];
    },
  };
}

test("P22: of two processes that want the same environment one builds it, and the other waits for it", async () => {
  const { start, built } = makeSetting();
  const both = [start(), start()];
  const [first, second] = await Promise.all(both.map(({ outcome }) => outcome));
  expect(first).toMatchObject({ outcome: "ready", warnings: [] });
  expect(second).toEqual(first);
  expect(built()).toHaveLength(1);
  const logs = await Promise.all(both.map(({ log }) => log));
  expect(logs.filter((log) => log.includes("Successfully installed"))).toHaveLength(1);
});

test("an environment whose builder was killed in the middle is built anew by the next", async () => {
  const { folder, start, built } = makeSetting();
  const killed = start();
  killed.outcome.catch(() => {});
  while (built().length === 0) await sleep(5);
  killed.child.kill("SIGKILL");
  const [half = ""] = built();
  expect(existsSync(join(folder, "environments", "python", half, "installed.json"))).toBe(false);
  const outcome = await start().outcome;
  expect(outcome).toMatchObject({ outcome: "ready", warnings: [] });
  const { python } = outcome.environment;
  expect(execFileSync(python, ["-c", "import peachy; print(peachy.version)"], { encoding: "utf8" }).trim()).toBe("1.0");
  expect(built()).toHaveLength(1);
});
