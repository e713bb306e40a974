/** A disk that fills up while something runs on it: a small file system of its own, where the system lets us have one. */
import { spawn, spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { EXIT } from "../../src/errors.ts";
import type { Ended } from "../cli/cirrus.ts";
import { PACKAGE, payloadText, taskFiles, temporaryProject, workflowFiles } from "../cli/temporary-project.ts";

/** `.cirrus` is a file system of 2 MB that only this shell and what it starts can see, and that goes with them. */
const ON_A_SMALL_DISK = "mkdir -p .cirrus && mount -t tmpfs -o size=2m tmpfs .cirrus";
const canMount = spawnSync("unshare", ["-rm", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]).status === 0;

function shell(script: string, cwd: string): Promise<Ended> {
  const child = spawn("unshare", ["-rm", "sh", "-c", script, process.execPath, join(PACKAGE, "bin/cirrus")], { cwd });
  onTestFinished(() => void child.kill("SIGKILL"));
  const written = { stdout: "", stderr: "" };
  child.stdout.on("data", (text: Buffer) => (written.stdout += text));
  child.stderr.on("data", (text: Buffer) => (written.stderr += text));
  return new Promise((resolve) => child.once("close", (code) => resolve({ code, ...written })));
}

/** Fills the disk once, from within the workflow; the mark lies on another one. */
const FILL = `import { appendFileSync, existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
const root = join(import.meta.dirname, "../..");
export async function handler(payload: unknown) {
  if (existsSync(join(root, "filled"))) return payload;
  writeFileSync(join(root, "filled"), "");
  try {
    for (;;) appendFileSync(join(root, ".cirrus/ballast"), Buffer.alloc(4096));
  } catch {}
  writeFileSync(join(root, "full"), "");
  return payload;
}
`;

function fillingProject(): string {
  return temporaryProject({
    ...taskFiles("fill", FILL),
    ...workflowFiles("fill", "fill"),
    "payload.json": payloadText("fill", "scene"),
  });
}

describe.skipIf(!canMount)("a full disk (skipped where no file system can be mounted)", () => {
  test("at the start: one message with what to do, exit code 1, and nothing was begun", async () => {
    const script = `${ON_A_SMALL_DISK} && { head -c 3m /dev/zero > .cirrus/ballast; "$0" "$1" run fill payload.json; }`;
    const { code, stdout, stderr } = await shell(script, fillingProject());
    expect({ code, stdout }).toEqual({ code: EXIT.failed, stdout: "" });
    const complaint = stderr.slice(stderr.indexOf("error:"));
    expect(complaint).toMatch(/^error: The disk is full[\s\S]+Free space under .+\.cirrus/);
    expect(complaint).not.toMatch(/^ +at .+\.ts/m);
  });

  test("in the middle: the payload waits, goes on once there is space again, and ends as if nothing had happened", async () => {
    // Once the disk is full, and that was told of.
    const free = "(until [ -e full ] && grep -q 'disk is full' said; do sleep 0.1; done; rm .cirrus/ballast) &";
    const script = `${ON_A_SMALL_DISK} && { ${free} "$0" "$1" run fill payload.json 2>said; code=$?; cat said >&2; exit $code; }`;
    const { code, stdout, stderr } = await shell(script, fillingProject());
    expect(code, stderr).toBe(EXIT.ok);
    expect(JSON.parse(stdout)).toMatchObject({ id: "demo/workflow-fill/scene" });
    expect(stderr).toMatch(/^warning: .+disk is full/m);
  });
});
