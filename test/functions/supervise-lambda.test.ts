import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { superviseLambda } from "../../src/functions/supervise/lambda.ts";
import type { SupervisePorts } from "../../src/functions/supervise/supervise.ts";
import { contextWith } from "./lambda-context.ts";
import { makePoolModel } from "./pool-model.ts";

beforeEach(() => {
  vi.stubEnv("CIRRUS_LOG_LEVEL", "error");
  vi.stubEnv("POWERTOOLS_METRICS_DISABLED", "true");
});
afterEach(() => vi.unstubAllEnvs());

/** Its clock stands still; how often it slept is counted. */
function open() {
  const model = makePoolModel({ entries: 10 });
  const ports = model.ports();
  let slept = 0;
  const clock: SupervisePorts["clock"] = {
    ...ports.clock,
    async sleep() {
      slept += 1;
    },
  };
  return { model, handler: superviseLambda(async () => ({ ...ports, clock })), slept: () => slept };
}

describe("supervise as a Lambda", () => {
  test("looks again within its minute while a pool is being made, until it has its workers", async () => {
    const { handler, model, slept } = open();
    const [result] = await handler({}, contextWith(58_000));
    expect(result).toMatchObject({ run: "run", action: "working", reason: "10 entries to go, 0 workers and 3 more" });
    expect(slept()).toBe(2);
    expect(model.pool.asked()).toBe(3);
  });

  test("answers at once who asks for one run: what comes next", async () => {
    const { handler, slept } = open();
    const waiting = [{ run: "run", action: "waiting", reason: "step by step" }];
    expect(await handler({ run: "run" }, contextWith(58_000))).toEqual(waiting);
    expect(slept()).toBe(0);
  });

  test("counts minutes alone: a call for one run would hide from the alarm that another is not looked after", async () => {
    vi.stubEnv("POWERTOOLS_DEV", "true");
    vi.stubEnv("POWERTOOLS_METRICS_DISABLED", "false");
    const printed: string[] = [];
    const log = vi.spyOn(console, "log").mockImplementation((line) => void printed.push(String(line)));
    const counted = () => printed.some((line) => line.includes('"UnsupervisedRuns"'));
    const { handler } = open();
    await handler({ run: "run" }, contextWith(58_000));
    expect(counted()).toBe(false);
    await handler({}, contextWith(58_000));
    expect(counted()).toBe(true);
    log.mockRestore();
  });

  test("leaves a run to the next minute when its time is nearly over", async () => {
    const { handler, slept } = open();
    await handler({}, contextWith(3_000));
    expect(slept()).toBe(1);
  });
});
