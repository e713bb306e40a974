/** The clients of EC2 and Pricing take longer to load than most commands to run: only what asks AWS may load them. */
import { expect, test, vi } from "vitest";
import { EXIT } from "../../src/errors.ts";
import { temporaryFolder } from "../embedded/temporary-folder.ts";
import { cirrus } from "./cirrus.ts";

const loaded = vi.hoisted(() => [] as string[]);
vi.mock("@aws-sdk/client-ec2", async (original) => {
  loaded.push("ec2");
  return original();
});
vi.mock("@aws-sdk/client-pricing", async (original) => {
  loaded.push("pricing");
  return original();
});

function run(args: readonly string[]) {
  return cirrus(args, { cwd: temporaryFolder(), env: { XDG_CACHE_HOME: temporaryFolder() } });
}

test.each([
  [["--help"]],
  [["catalog", "--help"]],
  [["catalog", "instance-types", "--offline"]],
  [["catalog", "regions", "--offline"]],
])("cirrus %j loads neither", async (args) => {
  expect((await run(args)).code).toBe(EXIT.ok);
  expect(loaded).toEqual([]);
});

test("what asks AWS loads EC2's", async () => {
  const endpoint = "http://127.0.0.1:1";
  vi.stubEnv("AWS_ACCESS_KEY_ID", "test");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "test");
  await run(["catalog", "regions", "--region", "us-west-2", "--endpoint-url", endpoint]);
  vi.unstubAllEnvs();
  expect(loaded).toEqual(["ec2"]);
});
