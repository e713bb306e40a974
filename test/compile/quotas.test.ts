import { describe, expect, test } from "vitest";
import { reviseBatch } from "../../src/compile/batch/batch-revisions.ts";
import { keepFormerBatch } from "../../src/compile/batch/former-batch.ts";
import { checkQuotas } from "../../src/compile/batch/quotas.ts";
import { batchTemplate } from "./batch-template.ts";

const first = reviseBatch(batchTemplate());
const second = keepFormerBatch(reviseBatch(batchTemplate({ volume: 800 })), first, new Set()).template;

describe("the quotas of Batch", () => {
  test("let a deployment that fits pass without a word", () => {
    expect(checkQuotas(second, first, { environments: 20, queues: 20 })).toEqual({ refusals: [], warnings: [] });
  });

  test("refuse what does not fit beside everything that is there, and say which, how many are free and what to do", () => {
    const { refusals } = checkQuotas(second, first, { environments: 50, queues: 49 });
    expect(refusals).toHaveLength(1);
    expect(refusals[0]).toMatch(
      /^50 of 50 compute environments are in use in this account and region: 0 free, and this deployment needs 1 \(WarpEnvironment[0-9a-f]{8}\)\./,
    );
    expect(refusals[0]).toContain("cirrus batch retire");
  });

  test("count the last free one as free", () => {
    const { refusals, warnings } = checkQuotas(second, first, { environments: 49, queues: 49 });
    expect(refusals).toEqual([]);
    expect(warnings[0]).toContain(
      "49 of 50 compute environments are in use in this account and region, 50 after this deployment",
    );
  });

  test("warn from four fifths on, also where nothing is added", () => {
    expect(checkQuotas(first, first, { environments: 39, queues: 40 }).warnings).toEqual([
      expect.stringContaining("40 of 50 job queues"),
    ]);
  });

  test("are those that the project says where AWS has raised them", () => {
    const raised = { environments: 100, queues: 100 };
    expect(checkQuotas(second, first, { environments: 60, queues: 60 }, raised)).toEqual({
      refusals: [],
      warnings: [],
    });
  });

  test("let an account above them deploy what adds nothing", () => {
    expect(checkQuotas(first, first, { environments: 60, queues: 60 }).refusals).toEqual([]);
  });
});
