/** `cirrus readme`, and that what `cirrus create` makes is current from the start. */
import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { EXIT } from "../../src/errors.ts";
import { temporaryFolder } from "../embedded/temporary-folder.ts";
import { cirrus } from "./cirrus.ts";
import { linkPackages, temporaryProject, writeFiles } from "./temporary-project.ts";

test("New parts have READMEs that are current, and stay so where people write in them", async () => {
  const cwd = temporaryProject();
  const task = ["create", "task", "count", "Counts clouds", "--has-lambda", "--has-batch"];
  expect(await cirrus(task, { cwd })).toMatchObject({ code: EXIT.ok });
  expect(await cirrus(["create", "workflow", "flow", "Counts", "--task", "count"], { cwd })).toMatchObject({
    code: EXIT.ok,
  });
  expect(await cirrus(["create", "feeder", "find", "Finds"], { cwd })).toMatchObject({ code: EXIT.ok });
  const readme = join(cwd, "tasks/count/README.md");
  const text = readFileSync(readme, "utf8");
  expect(text).toContain('| `note`    | text | `"seen"` | Becomes the property `note` of each item. |');
  expect(text).toContain("| Batch job | `CountBatchJob` |");
  expect(readFileSync(join(cwd, "workflows/flow/README.md"), "utf8")).toContain('["count"]');
  const parts = ["task", "workflow", "feeder"].map((kind, index) => [kind, ["count", "flow", "find"][index] ?? ""]);
  for (const part of parts) {
    expect(await cirrus(["readme", ...part, "--check"], { cwd })).toMatchObject({ code: EXIT.ok, stdout: "" });
  }

  writeFileSync(readme, text.replace("Counts clouds", "Counts clouds, and birds"));
  appendFileSync(readme, "\nMine.\n");
  const definition = join(cwd, "tasks/count/definition.yml");
  writeFileSync(definition, readFileSync(definition, "utf8").replace(/memorySize: \d+/, "memorySize: 3000"));
  const stale = await cirrus(["readme", "task", "count", "--check"], { cwd });
  expect(stale).toMatchObject({ code: EXIT.failed, stdout: "tasks/count/README.md\n" });
  expect(stale.stderr).toContain("cirrus readme");
  expect(await cirrus(["readme", "task", "count"], { cwd })).toMatchObject({ stdout: "tasks/count/README.md\n" });
  const written = readFileSync(readme, "utf8");
  expect(written).toContain("Counts clouds, and birds");
  expect(written).toContain("3000 MB");
  expect(written.endsWith("Mine.\n")).toBe(true);
});

const KINDS_OF_PARTS = [
  ["task", "as-lambda", "Counts", "-t", "lambda"],
  ["feeder", "find", "Finds"],
  ["task", "as-bulk", "Counts", "-t", "bulk"],
  ["task", "as-job", "Counts", "-t", "batch"],
  ["task", "as-both", "Counts", "-t", "lambda", "-t", "batch"],
  ["task", "as-bulk-and-lambda", "Counts", "-t", "bulk", "-t", "lambda"],
  ["workflow", "one-by-one", "Counts", "--task", "as-lambda", "as-job"],
  ["function", "help", "Helps"],
];

test("A project has current READMEs, of parts that are made before npm install and after it", async () => {
  const cwd = temporaryFolder();
  await cirrus(["init"], { cwd });
  for (const [index, part] of KINDS_OF_PARTS.entries()) {
    if (index === 3) linkPackages(cwd);
    expect(await cirrus(["create", ...part], { cwd })).toMatchObject({ code: EXIT.ok });
  }
  expect(await cirrus(["readme", "--check"], { cwd })).toMatchObject({ code: EXIT.ok, stdout: "" });

  // They are compared with what the handlers say, which have to be loaded for it.
  const components = ["tasks/hello", "tasks/as-lambda", "tasks/as-job", "tasks/as-both", "feeders/find"];
  for (const component of components) {
    const handler = join(cwd, component, "handler.ts");
    writeFileSync(handler, readFileSync(handler, "utf8").replace(".describe(", '.describe("Now: " + '));
  }
  const { stdout } = await cirrus(["readme", "--check"], { cwd });
  expect(stdout.trim().split("\n").sort()).toEqual(components.map((folder) => `${folder}/README.md`).sort());
});

test("Parameters that no handler could be asked for are named, and stand as they were", async () => {
  const cwd = temporaryFolder();
  await cirrus(["init", "--service", "demo"], { cwd });
  const readme = join(cwd, "tasks/hello/README.md");
  const before = readFileSync(readme, "utf8");
  for (const flags of [[], ["--check"]]) {
    const { code, stdout, stderr } = await cirrus(["readme", ...flags], { cwd });
    expect({ code, stdout }).toEqual({ code: EXIT.ok, stdout: "" });
    expect(stderr).toContain("left as they are in tasks/hello/README.md: their handlers could not be loaded");
  }
  expect(readFileSync(readme, "utf8")).toBe(before);
  linkPackages(cwd);
  expect(await cirrus(["readme", "--check"], { cwd })).toMatchObject({ code: EXIT.ok, stderr: "" });
});

test("A new project leaves a README alone that was there", async () => {
  const cwd = temporaryFolder();
  writeFiles(cwd, { "tasks/hello/README.md": "mine" });
  expect(await cirrus(["init", "--service", "demo"], { cwd })).toMatchObject({ code: EXIT.ok });
  expect(readFileSync(join(cwd, "tasks/hello/README.md"), "utf8")).toBe("mine");
});

test("What is no part of the project is told", async () => {
  const cwd = temporaryProject();
  const misspelt = await cirrus(["readme", "tsk"], { cwd });
  expect(misspelt).toMatchObject({ code: EXIT.usage });
  expect(misspelt.stderr).toContain("Did you mean task?");
  await cirrus(["create", "feeder", "find", "Finds"], { cwd });
  expect((await cirrus(["readme", "find"], { cwd })).stderr).toContain("cirrus readme feeder find");
  const missing = await cirrus(["readme", "task", "publish"], { cwd });
  expect(missing).toMatchObject({ code: EXIT.notFound });
  expect(missing.stderr).toContain("of its own");
});
