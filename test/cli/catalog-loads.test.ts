/** The clients of EC2 and Pricing take longer to load than most commands to run: only what asks AWS may load them. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { EXIT } from "../../src/errors.ts";
import { temporaryFolder } from "../embedded/temporary-folder.ts";
import { PACKAGE } from "./temporary-project.ts";

const CLIENTS = ["client-ec2", "client-pricing"];

/** Says on standard error what each module is, as it is loaded. */
const TELL_LOADS = `data:text/javascript,${encodeURIComponent(`
  import { registerHooks } from "node:module";
  registerHooks({ load: (url, context, next) => (process.stderr.write("loaded " + url + "\\n"), next(url, context)) });
`)}`;

function run(args: readonly string[]): Promise<{ readonly code: number; readonly loaded: readonly string[] }> {
  const folder = temporaryFolder();
  const env = { ...process.env, XDG_CACHE_HOME: folder, AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test" };
  const options = { cwd: folder, env, maxBuffer: 64 * 1024 * 1024 };
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ["--import", TELL_LOADS, join(PACKAGE, "bin/cirrus"), ...args],
      options,
      (error, _stdout, stderr) => {
        expect(stderr).toContain("src/cli/main.ts");
        const loaded = CLIENTS.filter((name) => stderr.includes(`node_modules/@aws-sdk/${name}/`));
        resolve({ code: error === null ? 0 : Number(error.code), loaded });
      },
    );
  });
}

test.each([
  [["--help"]],
  [["catalog", "--help"]],
  [["catalog", "instance-types", "--offline"]],
  [["catalog", "regions", "--offline"]],
])("cirrus %j loads neither", async (args) => {
  expect(await run(args)).toEqual({ code: EXIT.ok, loaded: [] });
});

test("what asks AWS loads EC2's", async () => {
  const endpoint = "http://127.0.0.1:1";
  const { loaded } = await run(["catalog", "regions", "--region", "us-west-2", "--endpoint-url", endpoint]);
  expect(loaded).toEqual(["client-ec2"]);
});
