/** Environments of organisations, built by the real pip and npm from packages that lie here. */
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { makeEmbeddedEnvironments } from "../../../src/embedded/environments/environments.ts";
import type { EnvironmentOutcome } from "../../../src/loop/environments.ts";
import { makeHandClock } from "../../scheduler/execute/hand-clock.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { PYTHON } from "./python-here.ts";
import { writeNodePackage, writeWheel } from "./wheels.ts";

function makeSetting() {
  const folder = temporaryFolder();
  const wheels = join(folder, "wheels");
  mkdirSync(wheels);
  const clock = makeHandClock();
  const log: string[] = [];
  /** Another process, as far as the files can tell. */
  const open = (python = PYTHON, environment: Record<string, string> = {}) => {
    const settings = {
      PATH: process.env.PATH,
      HOME: folder,
      PIP_NO_INDEX: "1",
      PIP_FIND_LINKS: wheels,
      ...environment,
    };
    const environments = makeEmbeddedEnvironments({ folder, clock, environment: settings, python });
    onTestFinished(() => environments.close());
    return {
      prepare: (requirements: readonly string[], { codops = "zzebu", signal = new AbortController().signal } = {}) =>
        environments.prepare({ codops, requirements, log: (lines) => log.push(...lines), signal }),
    };
  };
  const built = (kind = "python") => {
    try {
      return readdirSync(join(folder, "environments", kind));
    } catch {
      return [];
    }
  };
  return { folder, wheels, clock, log, open, built, ...open() };
}

function readyOf(outcome: EnvironmentOutcome) {
  if (outcome.outcome === "failed") throw new Error(outcome.reason);
  return { ...outcome.environment, warnings: outcome.warnings };
}

function versionOf({ python }: { readonly python: string }, module: string): string {
  return execFileSync(python, ["-c", `import ${module}; print(${module}.version)`], { encoding: "utf8" }).trim();
}

describe("an environment", () => {
  test("P22: is built once for all tasks of an organisation, and each organisation has its own", async () => {
    const { wheels, prepare, built, log } = makeSetting();
    writeWheel(wheels, "peachy", "1.0");
    const together = await Promise.all([prepare(["peachy"]), prepare(["peachy"])]);
    const [first, second] = together.map(readyOf);
    expect(first).toEqual(second);
    expect(first && versionOf(first, "peachy")).toBe("1.0");
    expect(log.filter((line) => line.includes("Successfully installed")).length).toBeGreaterThan(0);
    expect(readyOf(await prepare(["peachy"], { codops: "debr" })).python).not.toBe(first?.python);
    expect(built()).toHaveLength(2);
  });

  test("P22: is built once Python can be started, also where that failed before", async () => {
    const { folder, wheels, clock, open } = makeSetting();
    writeWheel(wheels, "peachy", "1.0");
    const python = join(folder, "python");
    const { prepare } = open(python);
    expect(await prepare(["peachy"])).toMatchObject({
      outcome: "failed",
      reason: expect.stringMatching(/There is no/),
    });
    symlinkSync(PYTHON, python);
    await clock.advance(61_000);
    expect(versionOf(readyOf(await prepare(["peachy"])), "peachy")).toBe("1.0");
  });

  test("P24: takes requirements as pip does, in any order", async () => {
    const { wheels, prepare } = makeSetting();
    for (const version of ["1.0", "1.5", "2.0a0"]) writeWheel(wheels, "peachy", version);
    const other = writeWheel(wheels, "other", "3.1", ["peachy"]);
    const ready = readyOf(await prepare(["peachy>=1,<1.6", `other @ file://${other}`]));
    expect([versionOf(ready, "peachy"), versionOf(ready, "other")]).toEqual(["1.5", "3.1"]);
    expect(readyOf(await prepare([`other @ file://${other}`, "peachy>=1,<1.6"])).python).toBe(ready.python);
    const pinned = readyOf(await prepare(["peachy==2.0a0"]));
    expect(versionOf(pinned, "peachy")).toBe("2.0a0");
  });

  test("of no requirements is the machine's own Python", async () => {
    const { prepare, built } = makeSetting();
    expect(readyOf(await prepare([]))).toEqual({ python: PYTHON, warnings: [] });
    expect(built()).toEqual([]);
  });

  test("that another process has built is used as it is", async () => {
    const { wheels, prepare, open, log } = makeSetting();
    writeWheel(wheels, "peachy", "1.0");
    const ready = readyOf(await prepare(["peachy"]));
    log.length = 0;
    expect(readyOf(await open().prepare(["peachy"]))).toEqual(ready);
    expect(log).toEqual([]);
  });

  test("that was left half-built is built anew", async () => {
    const { wheels, folder, prepare, open, built } = makeSetting();
    writeWheel(wheels, "peachy", "1.0");
    const { python } = readyOf(await prepare(["peachy"]));
    rmSync(join(python, "..", "..", "installed.json"));
    const again = readyOf(await open().prepare(["peachy"]));
    expect(again.python).not.toBe(python);
    expect(versionOf(again, "peachy")).toBe("1.0");
    expect(built().map((name) => join(folder, "environments", "python", name, "bin", "python"))).toEqual([
      again.python,
    ]);
  });

  test("is kept three times of an organisation, the ones used last", async () => {
    const { wheels, clock, prepare, built } = makeSetting();
    const paths: string[] = [];
    for (const version of ["1", "2", "3", "4"]) {
      writeWheel(wheels, "peachy", version);
      await clock.advance(60_000);
      paths.push(readyOf(await prepare([`peachy==${version}`])).python);
      await clock.advance(60_000);
      await prepare(["peachy==1"]);
    }
    expect(built()).toHaveLength(3);
    expect(readyOf(await prepare(["peachy==1"])).python).toBe(paths[0]);
    expect(readyOf(await prepare(["peachy==2"])).python).not.toBe(paths[1]);
  });
});

describe("an environment that cannot be built", () => {
  test("leaves the organisation its last good one, with a warning, and is tried again later and not each time", async () => {
    const { wheels, clock, prepare, log } = makeSetting();
    writeWheel(wheels, "peachy", "1.0");
    const good = readyOf(await prepare(["peachy"]));
    const instead = readyOf(await prepare(["peachy", "missing"]));
    expect(instead.python).toBe(good.python);
    expect(instead.warnings).toEqual([expect.stringMatching(/one of 2030-01-01T00:00:00.000Z is used: .*missing/)]);
    log.length = 0;
    await clock.advance(59_000);
    expect(readyOf(await prepare(["peachy", "missing"])).warnings[0]).toContain(
      "tried again after 2030-01-01T00:01:00.000Z",
    );
    expect(log).toEqual([]);
    writeWheel(wheels, "missing", "0.1");
    await clock.advance(1000);
    const mended = readyOf(await prepare(["peachy", "missing"]));
    expect(mended.warnings).toEqual([]);
    expect(versionOf(mended, "missing")).toBe("0.1");
  });

  test("is tried at once with other requirements", async () => {
    const { wheels, prepare } = makeSetting();
    writeWheel(wheels, "peachy", "1.0");
    expect(await prepare(["missing"])).toMatchObject({
      outcome: "failed",
      reason: expect.stringContaining("Could not find a version that satisfies the requirement missing for CPython"),
    });
    expect(readyOf(await prepare(["peachy"])).warnings).toEqual([]);
  });

  test("because nothing can be reached is what is installed here, where that is what is required", async () => {
    const { open } = makeSetting();
    // Nobody listens there.
    const offline = {
      PIP_NO_INDEX: "",
      PIP_FIND_LINKS: "",
      PIP_INDEX_URL: "http://127.0.0.1:9/simple",
      PIP_RETRIES: "0",
    };
    const { prepare } = open(PYTHON, offline);
    const ready = readyOf(await prepare(["pip>=20"]));
    expect(ready.python).toBe(PYTHON);
    expect(ready.warnings).toEqual([expect.stringContaining("What is installed on this machine is used")]);
    expect(await prepare(["pip>=2000"])).toMatchObject({
      outcome: "failed",
      reason: expect.stringContaining("The index of packages cannot be reached"),
    });
  });

  test("because Python came without what makes environments says what to install", async () => {
    const { folder, open } = makeSetting();
    const without = join(folder, "without");
    for (const module of ["pip", "ensurepip"]) {
      mkdirSync(join(without, module), { recursive: true });
      writeFileSync(join(without, module, "__init__.py"), "raise ImportError");
    }
    const python = join(folder, "python-without");
    writeFileSync(python, `#!/bin/sh\nPYTHONPATH=${without} exec ${PYTHON} "$@"\n`, { mode: 0o755 });
    const { prepare } = open(python, { PATH: folder });
    const outcome = await prepare(["peachy"]);
    expect(outcome).toMatchObject({ outcome: "failed", reason: expect.stringContaining("apt install python3-venv") });
  });

  test("is not waited for longer than the task may run, and the next turn finds it", async () => {
    const { wheels, prepare } = makeSetting();
    writeWheel(wheels, "peachy", "1.0");
    const impatient = new AbortController();
    const waiting = prepare(["peachy"], { signal: impatient.signal });
    impatient.abort();
    expect(await waiting).toMatchObject({ outcome: "failed", reason: expect.stringContaining("still being built") });
    expect(versionOf(readyOf(await prepare(["peachy"])), "peachy")).toBe("1.0");
  });

  test.each(["--index-url http://example.com", "-r other.txt", "peachy\n--pre"])(
    "because %j is no requirement",
    async (text) => {
      expect(await makeSetting().prepare([text])).toMatchObject({ reason: expect.stringContaining("no requirement") });
    },
  );
});

describe("packages of npm", () => {
  test("P23: lie in a folder of their own, at the versions of the lock, and none of their scripts has run", async () => {
    const { folder, prepare, built } = makeSetting();
    const file = writeNodePackage(folder, "peachy", "1.2.3");
    const ready = readyOf(await prepare([`npm:peachy@file:${file}`]));
    expect(ready.python).toBe(PYTHON);
    const modules = ready.nodeModules ?? "";
    const print = `console.log(require(${JSON.stringify(join(modules, "peachy"))}))`;
    expect(execFileSync(process.execPath, ["-e", print], { encoding: "utf8" }).trim()).toBe("1.2.3");
    expect(readdirSync(join(modules, "peachy")).sort()).toEqual(["index.js", "package.json"]);
    expect(built("node")).toHaveLength(1);
    expect(readdirSync(join(modules, ".."))).toContain("package-lock.json");
  });
});
