import { describe, expect, test } from "vitest";
import { chooseSteps } from "../../src/api/look/choose-steps.ts";
import { jobErrorOf } from "../../src/api/look/job-errors.ts";
import type { Step } from "../../src/executions/steps-of-history.ts";

const AT = "2030-01-01T00:00:00.000Z";
let event = 0;

function step(path: string, more: Partial<Step> = {}): Step {
  event += 2;
  const base = { path, label: path, state: path, type: "Pass", status: "succeeded", enteredAt: AT, tries: [] } as const;
  return { ...base, events: [event, event + 1], ...more };
}

describe("the steps that are shown of very many", () => {
  const iterations = Array.from({ length: 50 }, (_, index) => step(`/each#1/${index}/work#1`));
  const failed = step("/each#1/47/work#1", { status: "failed" });
  const all = [step("/before#1"), step("/each#1", { type: "Map" }), ...iterations.with(47, failed), step("/after#1")];
  const paths = (steps: readonly Step[]) => steps.map(({ path }) => path);

  test("are those around a Map, what failed in it, and its first iterations, in their order", () => {
    const { steps, more } = chooseSteps(all, undefined, 6);
    const [before, each, first, second, ...rest] = paths(steps);
    expect([before, each, first, second]).toEqual(["/before#1", "/each#1", "/each#1/0/work#1", "/each#1/1/work#1"]);
    expect(rest).toEqual(["/each#1/47/work#1", "/after#1"]);
    expect(more).toBe(true);
  });

  test("can be those of one iteration", () => {
    expect(paths(chooseSteps(all, "/each#1/30", 6).steps)).toEqual(["/each#1/30/work#1"]);
    expect(chooseSteps(all, "/each#1/3", 6)).toEqual({ steps: [all[5]], more: false });
  });

  test("are all where there are few, and branches of a Parallel are no iterations", () => {
    expect(chooseSteps(all)).toEqual({ steps: all, more: false });
    const branches = [step("/both#1", { type: "Parallel" }), step("/both#1/0/a#1"), step("/both#1/1/b#1")];
    const inMap = [step("/each#1", { type: "Map" }), step("/each#1/0/x#1")];
    expect(paths(chooseSteps([...inMap, ...branches], undefined, 4).steps)).not.toContain("/each#1/0/x#1");
  });
});

test("a Batch job failed for what its task threw, which post-batch raises after it in the same branch", () => {
  const failure = (error: string) =>
    [{ attempt: 1, event: 1, scheduledAt: AT, status: "failed", error: { error } }] as const;
  const job = step("/g#1/0/job#1", {
    resource: "arn:aws:states:::batch:submitJob.sync",
    tries: failure("States.TaskFailed"),
  });
  const lambda = "arn:aws:lambda:us-west-2:1:function:demo-prod-post-batch";
  const raised = step("/g#1/0/after#1", { resource: lambda, tries: failure("AssetUnreadable") });
  const elsewhere = step("/g#1/1/after#1", { resource: lambda, tries: failure("Other") });
  expect(jobErrorOf(job, [job, elsewhere, raised])).toEqual({ error: "AssetUnreadable" });
  expect(jobErrorOf(job, [job, elsewhere])).toBeUndefined();
  expect(jobErrorOf(raised, [job, raised])).toBeUndefined();
});
