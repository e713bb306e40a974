/** A machine whose own Node cannot run TypeScript: the program starts itself again under the project's. */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { EXIT } from "../../src/errors.ts";
import { expectNoProcesses } from "../scenarios/aftermath.ts";
import { PACKAGE, temporaryProject } from "./temporary-project.ts";

/** Node that takes itself for an older one; what it starts does not. */
const OLDER = `data:text/javascript,Object.defineProperty(process, "versions", { value: { ...process.versions, node: "20.0.0" } })`;

function startUnderOldNode(args: readonly string[], cwd: string) {
  const program = [`--import=${OLDER}`, join(PACKAGE, "bin/cirrus"), ...args];
  const child = spawn(process.execPath, program, { cwd, stdio: ["ignore", "pipe", "pipe"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  const output = { stdout: "", stderr: "" };
  child.stdout.on("data", (text: Buffer) => (output.stdout += text));
  child.stderr.on("data", (text: Buffer) => (output.stderr += text));
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  return { child, output, ended };
}

test("arguments, output and exit code pass through", async () => {
  const { output, ended } = startUnderOldNode(["state", "get", "lost"], temporaryProject());
  expect(await ended, output.stderr).toBe(EXIT.notFound);
  expect(output).toMatchObject({ stdout: "", stderr: expect.stringContaining("There is no payload lost here.") });
});

test.each([
  { signal: "SIGINT", code: EXIT.interrupted },
  { signal: "SIGTERM", code: EXIT.terminated },
] as const)("$signal reaches the program, which stops in good order", async ({ signal, code }) => {
  const cwd = temporaryProject();
  const { child, output, ended } = startUnderOldNode(["dev"], cwd);
  await expect.poll(() => output.stderr).toContain("Ready.");
  child.kill(signal);
  expect(await ended, output.stderr).toBe(code);
  await expectNoProcesses(cwd);
});
