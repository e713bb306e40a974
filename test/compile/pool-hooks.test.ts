import { describe, expect, test } from "vitest";
import { AccessDenied } from "../../src/aws/failures.ts";
import type { MachinesLeft } from "../../src/aws/pool/machines-left.ts";
import type { DeployingServerless } from "../../src/compile/serverless/batch-hooks.ts";
import { poolHooks } from "../../src/compile/serverless/pool-hooks.ts";

class ServerlessError extends Error {
  readonly code: string;
  constructor(message: string, code: string) {
    super(message);
    this.code = code;
  }
}

const serverless: DeployingServerless = {
  processedInput: { options: {} },
  service: { provider: {} },
  classes: { Error: ServerlessError },
  getProvider: () => ({
    naming: { getStackName: () => "demo-prod" },
    getRegion: () => "us-west-2",
    getAwsSdkV3CredentialsProvider: () => async () => ({ accessKeyId: "test", secretAccessKey: "test" }),
  }),
};

/** What is warned of before the stack is removed. */
async function removing(read: () => Promise<MachinesLeft>): Promise<readonly string[]> {
  const warned: string[] = [];
  const hooks = poolHooks(serverless, { notice: () => {}, warning: (line) => warned.push(line) }, read);
  await hooks["before:remove:remove"]?.();
  return warned;
}

describe("removing a stack", () => {
  test("is refused while bulk runs have machines, with the commands that stop them", async () => {
    const refused = removing(async () => ({ runs: ["nightly", "other"], isSupervised: true }));
    await expect(refused).rejects.toMatchObject({ code: "CIRRUS_POOLS" });
    await expect(refused).rejects.toThrow(/nightly, other[\s\S]*cirrus bulk stop nightly[\s\S]*cirrus bulk stop other/);
  });

  test("goes on where there are none", async () => {
    expect(await removing(async () => ({ runs: [], isSupervised: false }))).toEqual([]);
  });

  test("goes on where nothing is left that could take them away, and names what is to be deleted by hand", async () => {
    const [warning] = await removing(async () => ({ runs: ["nightly"], isSupervised: false }));
    expect(warning).toMatch(/demo-prod-bulk-nightly-spot and demo-prod-bulk-nightly-ondemand/);
  });

  test("goes on with a warning where whoever removes it may not look", async () => {
    const denied = new AccessDenied("ec2:DescribeLaunchTemplates is not allowed");
    expect(await removing(() => Promise.reject(denied))).toEqual([
      "Whether bulk runs still have machines is not known: ec2:DescribeLaunchTemplates is not allowed",
    ]);
  });
});
