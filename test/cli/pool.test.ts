/** `cirrus pool plan` with recorded prices. */
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { EXIT } from "../../src/errors.ts";
import type { RankedPlan } from "../../src/pool/plan/plan.ts";
import { temporaryFolder } from "../embedded/temporary-folder.ts";
import { cirrus } from "./cirrus.ts";
import { temporaryProject, writeFiles } from "./temporary-project.ts";

const env = { PATH: process.env.PATH ?? "" };

function call(args: readonly string[], cwd = temporaryFolder()) {
  return cirrus(["pool", ...args], { cwd, env: { XDG_CACHE_HOME: temporaryFolder() } });
}

function plan(...args: readonly string[]) {
  return call(["plan", "--offline", "--entries", "10000", ...args]);
}

async function plans(...args: readonly string[]): Promise<readonly RankedPlan[]> {
  const { code, stdout } = await plan("-o", "json", ...args);
  expect(code).toBe(EXIT.ok);
  return JSON.parse(stdout);
}

/** The configuration of the quick start, for AWS. */
const CONFIGURATION = `
provider: aws
aws:
  job_id: my-processing-job
  startup_script_file: startup_script.sh
  max-instances: 5
  max-cpu: 8
  min-memory-per-cpu: 4  # GB
  max-total-price-per-hour: 1.00  # USD/hour
  instance-types: "m6"
`;

function configured() {
  return temporaryProject({ "config.yml": CONFIGURATION, "startup_script.sh": "apt-get update -y\n" });
}

describe("cirrus pool plan", () => {
  test("ranks plans and says what their figures stand on", async () => {
    const { code, stdout, stderr } = await plan("--seconds-per-task", "30", "--max-cpu", "16");
    expect(code).toBe(EXIT.ok);
    await expect(`${stdout}\n${stderr}`).toMatchFileSnapshot(join(import.meta.dirname, "../golden/pool/plan.txt"));
  });

  test("takes constraints from a configuration file, and those of its options over them", async () => {
    const cwd = configured();
    const call = async (...args: string[]) => {
      const all = ["plan", "--offline", "--entries", "100", "--config", "config.yml", "-o", "json", ...args];
      const { stdout } = await cirrus(["pool", ...all], { cwd, env: { XDG_CACHE_HOME: temporaryFolder() } });
      return JSON.parse(stdout)[0] as RankedPlan; // what is planned as JSON
    };
    const first = await call();
    expect(first.plan.maxWorkers).toBeLessThanOrEqual(5);
    expect(first.highestPricePerHour).toBeLessThanOrEqual(1);
    for (const { instanceType, cpus, memoryGB } of first.types) {
      expect(instanceType).toMatch(/^m6/);
      expect(cpus).toBeLessThanOrEqual(8);
      expect(memoryGB / cpus).toBeGreaterThanOrEqual(4);
    }
    expect((await call("--max-instances", "2")).plan.maxWorkers).toBe(2);
    expect((await call("--no-use-spot")).plan.spot).toBe(false);
  });

  test("has a dearer disk in the price", async () => {
    const price = async (...args: string[]) => (await plans("--max-instances", "1", ...args))[0]?.pricePerHour ?? 0;
    expect(await price("--total-boot-disk-size", "1000")).toBeGreaterThan((await price()) + 0.1);
    expect(await price("--total-boot-disk-size", "10")).toBe(await price());
  });

  test("says of a budget that is too small what the cheapest worker costs", async () => {
    const { code, stdout, stderr } = await plan("--max-total-price-per-hour", "0.01");
    expect({ code, stdout }).toEqual({ code: EXIT.config, stdout: "" });
    expect(stderr).toMatch(
      /too little for one worker: the cheapest worker \(\S+, 2 tasks at a time\) costs up to 0\.0\d+ USD an hour/,
    );
  });

  test("says of constraints that nothing meets how many offers each excludes", async () => {
    const { code, stderr } = await plan("--min-cpu", "1000", "--min-gpus", "2");
    expect(code).toBe(EXIT.config);
    expect(stderr).toMatch(/^ {2}min-cpu 1000 excludes \d+ offers$/m);
    expect(stderr).toMatch(/^ {2}min-gpus 2 excludes \d+ offers$/m);
  });

  test.each([
    [["--min-instances", "5", "--max-instances", "4"], EXIT.config, "min-instances 5 is more than max-instances 4"],
    [["--min-instances", "20"], EXIT.config, "min-instances 20 cannot be met: there would be 10, as max-instances 10"],
    [["--instance-types", "("], EXIT.usage, "( is no regular expression"],
    [["--max-instances", "0"], EXIT.usage, "expected a whole number from 1"],
    [["--seconds-per-task", "0"], EXIT.usage, "above 0"],
    [["--seconds-per-task", "7200"], EXIT.config, "a task takes 7200 s, and max-runtime 3600 ends each before that"],
  ])("%j is refused", async (args, expected, message) => {
    const { code, stdout, stderr } = await plan(...args);
    expect({ code, stdout }).toEqual({ code: expected, stdout: "" });
    expect(stderr).toContain(message);
  });

  test("has to know how much there is to do", async () => {
    const { code, stderr } = await call(["plan", "--offline"]);
    expect(code).toBe(EXIT.usage);
    expect(stderr).toContain("--entries");
  });
});

test("pool run is a bulk run on machines, and says what it would give it", async () => {
  const cwd = temporaryProject({ "tasks.json": '[{ "task_id": "a", "data": {} }]' });
  const args = ["run", "/bin/true", "--tasks", "tasks.json", "--offline", "--dry-run"];
  const { code, stdout, stderr } = await call(args, cwd);
  expect(code, stderr).toBe(EXIT.ok);
  expect(stdout).toContain("c6a");
});

describe("cirrus pool status", () => {
  test("of a run here says that it has no pool", async () => {
    const cwd = temporaryFolder();
    writeFiles(cwd, { "tasks.json": '[{"task_id": "a", "data": {}}]' });
    const loaded = await cirrus(["bulk", "load", "/bin/true", "--tasks", "tasks.json", "--job-id", "night"], {
      cwd,
      env,
    });
    expect(loaded.code, loaded.stderr).toBe(EXIT.ok);
    const { code, stdout, stderr } = await call(["status", "night"], cwd);
    expect({ code, stdout }).toEqual({ code: EXIT.notFound, stdout: "" });
    expect(stderr).toContain("The run night has no pool here.");
    expect(stderr).toContain("cirrus bulk status night");
  });

  test("stands beside plan, stop and resume", async () => {
    const { stdout } = await call(["--help"]);
    for (const name of ["plan", "status", "stop", "resume"]) expect(stdout).toMatch(new RegExp(`^  ${name} `, "m"));
  });
});
