import { describe, expect, test } from "vitest";
import { makeLambdaPool } from "../../../src/aws/pool/lambda-pool.ts";
import type { EventSourceMappings } from "../../../src/aws/services/event-source-mappings.ts";
import type { PoolOrder } from "../../../src/bulk/pool-order.ts";
import { planOf } from "../../functions/pool-model.ts";

interface Mapping {
  UUID: string;
  EventSourceArn: string;
  FunctionArn: string;
  State: string;
  ScalingConfig: { MaximumConcurrency: number };
  Tags: Record<string, string>;
}

const ORDER: PoolOrder = {
  plan: planOf({ kind: "lambda", maxWorkers: 3, slotsPerWorker: 2 }),
  code: { kind: "lambda", function: "demo-adder" },
};

/** Lambda, which takes a look or two to make and to remove a mapping. */
function open(queues: Record<string, string>, refusal?: string) {
  const mappings: Mapping[] = [];
  const settle = () => {
    for (const mapping of mappings) if (mapping.State === "Creating") mapping.State = "Enabled";
    const gone = mappings.findIndex(({ State }) => State === "Deleting");
    if (gone >= 0) mappings.splice(gone, 1);
  };
  const calls = {
    async createMapping({ FunctionName = "", ...input }: Omit<Mapping, "UUID" | "State"> & { FunctionName?: string }) {
      if (refusal !== undefined) throw Object.assign(new Error(refusal), { name: "InvalidParameterValueException" });
      const UUID = String(mappings.length + 1);
      mappings.push({ ...input, FunctionArn: `arn:aws:lambda:r:1:function:${FunctionName}`, UUID, State: "Creating" });
    },
    async updateMapping({ UUID, ScalingConfig }: Pick<Mapping, "UUID" | "ScalingConfig">) {
      Object.assign(mappings.find((mapping) => mapping.UUID === UUID) ?? {}, { ScalingConfig });
    },
    async listMappings({ EventSourceArn }: { EventSourceArn?: string }) {
      const found = mappings.filter(
        (mapping) => EventSourceArn === undefined || mapping.EventSourceArn === EventSourceArn,
      );
      const answer = found.map((mapping) => ({ ...mapping, EventSourceMappingArn: mapping.UUID }));
      settle();
      return { EventSourceMappings: answer };
    },
    listTags: async (UUID: string) => ({ Tags: mappings.find((mapping) => mapping.UUID === UUID)?.Tags ?? {} }),
    async deleteMapping(UUID: string) {
      Object.assign(mappings.find((mapping) => mapping.UUID === UUID) ?? {}, { State: "Deleting" });
    },
  };
  const pool = makeLambdaPool({
    // The pool calls no more of the service than this.
    mappings: async () => calls as unknown as EventSourceMappings,
    stack: "demo",
    queueArn: async (run) => queues[run],
  });
  return { pool, mappings };
}

async function untilReady(prepare: () => Promise<{ readonly outcome: string }>): Promise<void> {
  for (let i = 0; i < 10; i += 1) if ((await prepare()).outcome === "ready") return;
  throw new Error("It is never ready");
}

describe("a pool of Lambdas", () => {
  const ARN = "arn:aws:sqs:r:1:demo-bulk-run-1";

  test("ties the run's queue to the task's Lambda: an entry an invocation, as many at a time as the plan says", async () => {
    const { pool, mappings } = open({ run: ARN });
    await untilReady(() => pool.prepare("run", ORDER));
    expect(mappings).toMatchObject([
      {
        ...{ EventSourceArn: ARN, FunctionArn: "arn:aws:lambda:r:1:function:demo-adder", BatchSize: 1 },
        ...{ FunctionResponseTypes: ["ReportBatchItemFailures"], ScalingConfig: { MaximumConcurrency: 6 } },
        Tags: { "cirrus:stack": "demo", "cirrus:run": "run" },
      },
    ]);
    expect(await pool.runs()).toEqual(["run"]);
    const more = { ...ORDER, plan: { ...ORDER.plan, maxWorkers: 2_000 } };
    await untilReady(() => pool.prepare("run", more));
    expect(mappings).toMatchObject([{ ScalingConfig: { MaximumConcurrency: 1_000 } }]);
  });

  test("unties it, also when the run and its queue are gone, and nobody else's", async () => {
    const queues: Record<string, string> = { run: ARN, other: "arn:aws:sqs:r:1:demo-bulk-other-1" };
    const { pool, mappings } = open(queues);
    await untilReady(() => pool.prepare("run", ORDER));
    await untilReady(() => pool.prepare("other", ORDER));
    delete queues.run;
    while (!(await pool.remove("run", "deleted"))) expect(mappings.length).toBeGreaterThan(0);
    expect(await pool.runs()).toEqual(["other"]);
  });

  test("says why Lambda does not take the queue", async () => {
    const { pool } = open(
      { run: ARN },
      "Queue visibility timeout: 125 seconds is less than Function timeout: 900 seconds",
    );
    expect(await pool.prepare("run", ORDER)).toEqual({
      outcome: "impossible",
      reason:
        "Lambda refuses the run's queue: Queue visibility timeout: 125 seconds is less than Function timeout: 900 seconds",
    });
  });

  test("needs a task with a Lambda", async () => {
    const { pool } = open({ run: ARN });
    const code: PoolOrder["code"] = { kind: "image", program: { kind: "command", command: ["true"] } };
    expect(await pool.prepare("run", { ...ORDER, code })).toEqual({
      outcome: "impossible",
      reason: "a pool of Lambdas needs a task with a Lambda",
    });
  });
});
