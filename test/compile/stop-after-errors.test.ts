import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const PLUGIN = new URL("../../src/compile/serverless/stop-after-errors.ts", import.meta.url).href;

test("a command ends after a bundle that failed, although other contexts are open", async () => {
  const program = `
    import { context } from "esbuild";
    import { makeStopAfterErrors } from ${JSON.stringify(PLUGIN)};
    const open = (contents) =>
      context({ stdin: { contents }, write: false, logLevel: "silent", plugins: [makeStopAfterErrors()] });
    await (await open("export {}")).rebuild();
    await (await open("export const broken = (")).rebuild().catch(() => console.log("failed"));
  `;
  const args = ["--input-type=module", "--eval", program];
  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 120_000, cwd: import.meta.dirname });
  expect(stdout).toBe("failed\n");
});
