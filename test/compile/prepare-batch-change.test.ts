import { describe, expect, test } from "vitest";
import type { DeployedStack } from "../../src/aws/batch/deployed-stack.ts";
import type { Use, Uses } from "../../src/aws/batch/uses.ts";
import { AccessDenied } from "../../src/aws/failures.ts";
import { inUseOf, overviewOf } from "../../src/compile/batch/batch-overview.ts";
import { entriesOf, reviseBatch, type Template } from "../../src/compile/batch/batch-revisions.ts";
import { formerOf, keepFormerBatch } from "../../src/compile/batch/former-batch.ts";
import { type AskedAccount, prepareBatchChange, refuseRollback } from "../../src/compile/batch/prepare-batch-change.ts";
import { batchTemplate } from "./batch-template.ts";

const first = reviseBatch(batchTemplate());
const changed = reviseBatch(batchTemplate({ volume: 800 }));
const second = keepFormerBatch(changed, first, new Set()).template;
const [formerQueue = ""] = formerOf(second)
  .filter(({ type }) => type === "AWS::Batch::JobQueue")
  .map(({ logicalId }) => logicalId);
const [formerEnvironment = ""] = formerOf(second)
  .filter(({ type }) => type === "AWS::Batch::ComputeEnvironment")
  .map(({ logicalId }) => logicalId);

function usesOf(of: Readonly<Record<string, Use>> = {}, uncertain: readonly string[] = []): Uses {
  return { of: new Map(Object.entries(of)), uncertain };
}

function stackOf(template: Template): DeployedStack {
  const resources = entriesOf(template.Resources).map(([logicalId, { Type }]) => ({
    logicalId,
    type: String(Type),
    physicalId: `arn:${logicalId}`,
    updatedAt: 0,
  }));
  const stack = { name: "demo-dev", account: "1", region: "us-west-2", status: "UPDATE_COMPLETE" };
  return { ...stack, template, resources, parameters: [], capabilities: [], outputs: {} };
}

const unasked: AskedAccount = {
  readDeployedStack: async () => undefined,
  readUses: async () => usesOf(),
  readQuotaUse: async () => ({ environments: 0, queues: 0 }),
  openQueues: async () => {},
};

/** A deployed stack, with what uses it; what was said comes back. */
function deploying(template: Template, deployed: Template | undefined, account: Partial<AskedAccount> = {}) {
  const said: string[] = [];
  const asked: string[] = [];
  const stack = deployed && stackOf(deployed);
  const result = prepareBatchChange({
    template,
    stackName: "demo-dev",
    account: {
      readDeployedStack: async () => stack,
      readUses: async () => {
        asked.push("uses");
        return usesOf();
      },
      readQuotaUse: async () => ({ environments: 1, queues: 1 }),
      openQueues: async (queues) => void asked.push(`open ${queues.join()}`),
      ...account,
    },
    notice: (message) => said.push(message),
    warn: (message) => said.push(`warning: ${message}`),
  });
  return { result, said, asked };
}

describe("just before a deployment", () => {
  test("a first one is as it was packaged", async () => {
    const { result, said } = deploying(first, undefined);
    expect(await result).toBe(first);
    expect(said).toEqual([]);
  });

  test("what was current until now is kept without asking what uses it, and told", async () => {
    const { result, said, asked } = deploying(changed, first);
    expect(await result).toEqual(second);
    expect(asked).toEqual([]);
    expect(said).toEqual([expect.stringMatching(/^Kept until nothing uses them: WarpQueue.*cirrus batch status$/)]);
  });

  test("what an earlier one left over is removed once nothing uses it, and told", async () => {
    const { result, said } = deploying(changed, second);
    expect(await result).toEqual(changed);
    expect(said).toEqual([expect.stringMatching(/^Removed, as nothing uses them any more: WarpQueue/)]);
  });

  test.each([
    ["a job in it has not ended", usesOf({ [formerQueue]: { jobs: { RUNNABLE: 1 }, executions: 0 } })],
    ["an execution refers to it", usesOf({ [formerQueue]: { jobs: {}, executions: 1 } })],
    ["nobody can tell", usesOf({}, ["there are too many jobs"])],
  ])("what an earlier one left over stays where %s", async (_why, uses) => {
    const { result } = deploying(changed, second, { readUses: async () => uses });
    expect(await result).toEqual(second);
  });

  test("without the right to look, everything stays, with a warning", async () => {
    const denied = async () => {
      throw new AccessDenied("batch:ListJobs is not allowed");
    };
    const { result, said } = deploying(changed, second, { readUses: denied, readQuotaUse: denied });
    expect(await result).toEqual(second);
    expect(said.filter((line) => line.startsWith("warning: "))).toEqual([
      expect.stringContaining("all of them stay: batch:ListJobs is not allowed"),
      expect.stringContaining("The quotas of Batch were not checked"),
    ]);
  });

  test("a former queue that the project wants again is opened, in case its retirement was cut off", async () => {
    const { result, asked } = deploying(first, second);
    await result;
    expect(asked).toEqual(["uses", `open arn:${formerQueue}`]);
  });

  test("one that has no room is refused before anything is changed", async () => {
    const { result } = deploying(changed, first, { readQuotaUse: async () => ({ environments: 50, queues: 50 }) });
    await expect(result).rejects.toThrow("Batch has no room for this deployment; nothing was changed.");
  });

  test("a failure that is no lack of rights is not hidden", async () => {
    const { result } = deploying(changed, second, { readUses: () => Promise.reject(new Error("down")) });
    await expect(result).rejects.toThrow("down");
  });
});

describe("a rollback", () => {
  const roll = (uses: Uses) =>
    refuseRollback(
      { ...unasked, readDeployedStack: async () => stackOf(second), readUses: async () => uses },
      "demo-dev",
    );

  test("is refused while a queue that it would delete holds jobs", async () => {
    await expect(roll(usesOf({ [formerQueue]: { jobs: { RUNNING: 2 }, executions: 0 } }))).rejects.toThrow(
      `A rollback would delete queues with the jobs in them: ${formerQueue} (2 jobs).`,
    );
  });

  test("is free to go where none does", async () => {
    await expect(roll(usesOf())).resolves.toBeUndefined();
  });
});

describe("what a stack runs jobs in", () => {
  const partOf = (uses: Uses, id: string) => overviewOf(second, uses).find(({ logicalId }) => logicalId === id);

  test("is told with what people call it, its revision, and whether the project still has it so", () => {
    const overview = overviewOf(second, usesOf());
    expect(overview.map(({ stem, former }) => [stem, former])).toEqual([
      ["WarpJob", false],
      ["WarpQueue", false],
      ["WarpEnvironment", false],
      ["SharedQueue", false],
      ["SharedEnvironment", false],
      ["WarpQueue", true],
      ["WarpEnvironment", true],
    ]);
    for (const { logicalId, stem, revision } of overview) expect(logicalId).toBe(`${stem}${revision}`);
  });

  test("can be retired where it is former and nothing uses it", () => {
    expect(partOf(usesOf(), formerQueue)).toMatchObject({ retirable: true, reason: "nothing uses it" });
    expect(partOf(usesOf(), formerEnvironment)).toMatchObject({ retirable: true, queues: [formerQueue] });
    const [current = ""] = entriesOf(changed.Resources)
      .map(([id]) => id)
      .filter((id) => id.startsWith("WarpQueue"));
    expect(partOf(usesOf(), current)).toMatchObject({ retirable: false, reason: "the project's current one" });
  });

  test("is in use as an environment where one of its queues is", () => {
    const uses = usesOf({ [formerQueue]: { jobs: { RUNNING: 1 }, executions: 2 } });
    const reason = "1 job not ended, 2 running executions refer to it";
    expect(partOf(uses, formerQueue)).toMatchObject({ retirable: false, reason });
    expect(partOf(uses, formerEnvironment)).toMatchObject({ retirable: false, reason });
    expect(inUseOf(overviewOf(second, uses))).toContain(formerEnvironment);
  });
});
