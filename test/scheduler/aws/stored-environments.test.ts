/** Environments on machines that come and go: each test's machines have nothing in common but the bucket and their folder's path. */
import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { makeEnvironmentArchives } from "../../../src/aws/loops/environment-archives.ts";
import { systemClock } from "../../../src/clock.ts";
import { makeEmbeddedEnvironments } from "../../../src/embedded/environments/environments.ts";
import { makeObjectStore } from "../../../src/embedded/objects/object-store.ts";
import type { EnvironmentOutcome } from "../../../src/loop/environments.ts";
import { payloadUrls } from "../../../src/payload/object-urls.ts";
import { makeStoredEnvironments } from "../../../src/scheduler/aws/stored-environments.ts";
import { PYTHON } from "../../embedded/environments/python-here.ts";
import { writeWheel } from "../../embedded/environments/wheels.ts";
import { temporaryFolder } from "../../embedded/temporary-folder.ts";

const urls = payloadUrls({ bucket: "payloads", prefix: "cirrus" }).loops;

function open() {
  const root = temporaryFolder();
  const [folder, wheels] = [join(root, "machine"), join(root, "wheels")];
  mkdirSync(wheels);
  const objects = makeObjectStore(join(root, "objects"));
  const log: string[] = [];
  /** What the one before had on its disk is gone. `index`: where packages come from. */
  function newMachine(index = wheels, madeFor = "linux-x64") {
    rmSync(folder, { recursive: true, force: true });
    const environments = makeStoredEnvironments({
      archives: makeEnvironmentArchives({ objects, urls }),
      folder,
      madeFor,
      install(own) {
        const settings = { PATH: process.env.PATH, HOME: root, PIP_NO_INDEX: "1", PIP_FIND_LINKS: index };
        const made = makeEmbeddedEnvironments({
          folder: own,
          clock: systemClock,
          environment: settings,
          python: PYTHON,
        });
        onTestFinished(() => made.close());
        return made;
      },
    });
    return (requirements: readonly string[], codops = "zzebu") =>
      environments.prepare({
        ...{ codops, requirements, log: (lines) => log.push(...lines) },
        signal: new AbortController().signal,
      });
  }
  return { root, wheels, objects, log, newMachine };
}

/** Nothing can be installed from there. */
const NOWHERE = "/nowhere";

function versionOf(outcome: EnvironmentOutcome, module: string): string {
  if (outcome.outcome === "failed") throw new Error(outcome.reason);
  const { python } = outcome.environment;
  return execFileSync(python, ["-c", `import ${module}; print(${module}.version)`], { encoding: "utf8" }).trim();
}

test("P22: what one machine has installed the next one need not install", async () => {
  const { wheels, newMachine } = open();
  writeWheel(wheels, "peachy", "1.0");
  expect(versionOf(await newMachine()(["peachy"]), "peachy")).toBe("1.0");
  const again = await newMachine(NOWHERE)(["peachy"]);
  expect(versionOf(again, "peachy")).toBe("1.0");
  expect(again).toMatchObject({ outcome: "ready", warnings: [] });
});

test("requirements that cannot be installed for now leave what the organisation used last, with a warning", async () => {
  const { wheels, newMachine } = open();
  writeWheel(wheels, "peachy", "1.0");
  await newMachine()(["peachy"]);
  const outcome = await newMachine(NOWHERE)(["peachy>=2"]);
  expect(versionOf(outcome, "peachy")).toBe("1.0");
  expect(outcome).toMatchObject({ warnings: [expect.stringContaining("peachy")] });
});

test("new requirements are installed beside the old ones, and stored", async () => {
  const { wheels, newMachine } = open();
  writeWheel(wheels, "peachy", "1.0");
  await newMachine()(["peachy"]);
  writeWheel(wheels, "peachy", "2.0");
  expect(versionOf(await newMachine()(["peachy>=2"]), "peachy")).toBe("2.0");
  expect(versionOf(await newMachine(NOWHERE)(["peachy>=2"]), "peachy")).toBe("2.0");
  // Who goes back to an earlier commit finds its environment too.
  expect(versionOf(await newMachine(NOWHERE)(["peachy"]), "peachy")).toBe("1.0");
});

test("organisations have archives of their own, and kinds of machines too", async () => {
  const { wheels, newMachine } = open();
  writeWheel(wheels, "peachy", "1.0");
  await newMachine()(["peachy"]);
  expect(await newMachine(NOWHERE)(["peachy"], "debr")).toMatchObject({ outcome: "failed" });
  expect(await newMachine(NOWHERE, "linux-arm64")(["peachy"])).toMatchObject({ outcome: "failed" });
});

test("an archive that cannot be used is said in the log, and the environment made anew", async () => {
  const { wheels, objects, log, newMachine } = open();
  writeWheel(wheels, "peachy", "1.0");
  await newMachine()(["peachy"]);
  for await (const { url } of objects.list("s3://payloads/")) await objects.put(url, "no archive");
  expect(versionOf(await newMachine()(["peachy"]), "peachy")).toBe("1.0");
  expect(log.join("\n")).toContain("The stored environment cannot be used");
});

test("who requires nothing has nothing stored", async () => {
  const { objects, newMachine } = open();
  expect(await newMachine()([])).toMatchObject({ outcome: "ready" });
  expect(await Array.fromAsync(objects.list("s3://payloads/"))).toEqual([]);
});
