/** The example of a task in Python, run as a person would: as a job of this machine, over objects that it asks for as S3. */
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { EXIT } from "../src/errors.ts";
import { cirrus } from "./cli/cirrus.ts";
import { PACKAGE } from "./cli/temporary-project.ts";
import { temporaryFolder } from "./embedded/temporary-folder.ts";

const EXAMPLE = join(PACKAGE, "examples/python-task");
const PAYLOAD = "workflows/read-shape/payload.json";
const SCENE = "LC08_L1TP_224078_20200518_20200518_01_RT";

/** A copy with an empty `.cirrus`. Without packages, Python has nothing but its own library: no boto3. */
function project({ packages = true } = {}): string {
  const root = temporaryFolder();
  for (const name of ["cirrus.yml", "tasks", "workflows", "examples"]) {
    cpSync(join(EXAMPLE, name), join(root, name), { recursive: true });
  }
  mkdirSync(join(root, "node_modules"));
  symlinkSync(PACKAGE, join(root, "node_modules/cirrus-pipeline"));
  if (!packages) {
    const definition = join(root, "tasks/read-shape/definition.yml");
    const text = readFileSync(definition, "utf8");
    writeFileSync(definition, text.replace(/^( +)- python3\n/m, "$&$1- -S\n"));
  }
  return root;
}

describe("the task in Python", () => {
  test("passes its own tests", () => {
    const cwd = join(EXAMPLE, "tasks/read-shape");
    const { status, stderr } = spawnSync("python3", ["-B", "-m", "unittest"], { cwd, encoding: "utf8" });
    expect(stderr).toMatch(/^OK$/m);
    expect(status).toBe(0);
  });

  test("runs in its workflow, with Python's own library where there is no boto3", async () => {
    const cwd = project({ packages: false });
    const { code, stdout } = await cirrus(["run", "read-shape", PAYLOAD], { cwd });
    expect(code).toBe(EXIT.ok);
    const { visual } = JSON.parse(stdout).features[0].assets;
    expect(visual).toMatchObject({ "proj:shape": [64, 96], bands: [{ name: "1" }, { name: "2" }, { name: "3" }] });
  });

  test("is told apart by what went wrong", async () => {
    const cwd = project();
    writeFileSync(join(cwd, `examples/assets/${SCENE}/visual.tif`), "<html>Please sign in</html>");
    const unreadable = await cirrus(["task", "run", "read-shape", PAYLOAD, "--batch"], { cwd });
    expect(unreadable.code).toBe(EXIT.failed);
    expect(unreadable.stderr).toMatch(/AssetUnreadable: Item LC08_\S+, asset visual \(s3:\S+\): it is no TIFF file/);
    const stdin = readFileSync(join(EXAMPLE, PAYLOAD), "utf8").replace('"assets": ["visual"]', '"assets": ["swir"]');
    const invalid = await cirrus(["run", "read-shape", "-"], { cwd, stdin });
    expect(invalid.code).toBe(EXIT.failed);
    expect(invalid.stderr).toMatch(/INVALID/);
    expect(invalid.stderr).toContain(`InvalidInput: Item ${SCENE} has no asset swir; it has visual`);
  });
});
