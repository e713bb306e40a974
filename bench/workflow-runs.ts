/** Runs payloads through a runtime as people do, from the intake to the end of all effects; and, as a limit, its parts alone. */
import { randomUUID } from "node:crypto";
import { parseMachine } from "../src/asl/machine.ts";
import { runMachine } from "../src/asl/run.ts";
import { systemClock } from "../src/clock.ts";
import type { Json } from "../src/json.ts";
import type { Runtime } from "../src/runtime/runtime.ts";
import { STEPS, type Variant } from "./sample-project.ts";

export interface WorkflowRuns {
  /** One payload from the intake until its effects are done. */
  run(): Promise<void>;
  /** The same three handlers one after another in the same kind of worker, without a workflow. */
  invokeOnly(): Promise<void>;
  /** The engine alone: the journal is a list in memory, and every task returns its input at once. */
  engineOnly(): Promise<void>;
  /** Milliseconds inside handlers, a payload that has run. */
  insideMs(): Promise<number>;
}

export function makeWorkflowRuns(runtime: Runtime, { name }: Variant): WorkflowRuns {
  const { state, intake, executions } = runtime.ports;
  const ends = new Map<string, (state: string) => void>();
  const names = new Map<string, string>();
  const workflow = runtime.bound().workflows.get(name);
  const parsed = parseMachine(workflow?.definition);
  if (workflow === undefined || !("machine" in parsed)) throw new Error(`The workflow ${name} cannot be read.`);
  const { machine } = parsed;
  const lambdas = STEPS.map((step) => {
    const lambda = [...runtime.bound().lambdas.values()].find(({ directory }) => directory.endsWith(`${name}-${step}`));
    return lambda ?? never(`There is no function of ${step}.`);
  });

  runtime.announcements.subscribe("workflow-event", ({ body }) => {
    const event: { payload_id?: string; event_type?: string } = JSON.parse(body);
    if (event.event_type === "STARTED_PROCESSING" || event.event_type === "CLAIMED_PROCESSING") return;
    ends.get(event.payload_id ?? "")?.(event.event_type ?? "");
  });

  return {
    async run() {
      const { id, payload } = newPayload(name);
      const ended = new Promise<string>((resolve) => ends.set(id, resolve));
      const [sent] = await intake.send([{ id, body: JSON.stringify(payload) }]);
      if (sent?.outcome !== "sent") throw new Error(`${id} was not sent.`);
      const how = await ended;
      ends.delete(id);
      for (;;) {
        const [record] = await state.get([id]);
        if (how !== "SUCCEEDED") throw new Error(`${id} ended ${how}: ${record?.lastError?.cause}`);
        names.set(id, record?.execution ?? "");
        if (record?.effectsPending === false) return;
        await new Promise(setImmediate);
      }
    },
    async invokeOnly() {
      let data: Json = newPayload(name).payload;
      for (const lambda of lambdas) data = await runtime.lambdaPool.invoke(lambda, data, { requestId: randomUUID() });
    },
    async engineOnly() {
      const id = randomUUID();
      const execution = { id, name: id, input: newPayload(name).payload, startedAt: new Date().toISOString() };
      const context = { execution, stateMachine: { id: workflow.arn, name } };
      const journal = { append: async () => {} };
      const result = await runMachine(machine, context, {
        journal,
        history: [],
        invoke: async ({ input }) => input,
        clock: systemClock,
      });
      if (result.status !== "SUCCEEDED") throw new Error(`The machine ended ${result.status}: ${result.cause}`);
    },
    async insideMs() {
      let sum = 0;
      for (const execution of names.values()) {
        const { output = "" } = (await executions.describe({ workflow: name, name: execution })) ?? {};
        const { inside = [] }: { inside?: number[] } = JSON.parse(output);
        for (const ms of inside) sum += ms;
      }
      return sum / names.size;
    },
  };
}

function newPayload(workflow: string) {
  const itemId = `S2A_${randomUUID()}`;
  const item = {
    type: "Feature",
    stac_version: "1.0.0",
    id: itemId,
    collection: "sentinel-2-l2a",
    properties: { datetime: "2026-01-01T00:00:00Z", filler: "x".repeat(1500) },
    geometry: null,
    links: [],
    assets: {},
  };
  const id = `sentinel-2-l2a/workflow-${workflow}/${itemId}`;
  const payload = { type: "FeatureCollection", id, features: [item], process: [{ workflow, tasks: {} }] };
  return { id, payload: payload satisfies Json };
}

function never(message: string): never {
  throw new Error(message);
}
