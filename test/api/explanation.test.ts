import { describe, expect, test } from "vitest";
import { explain } from "../../src/api/look/explanation.ts";
import type { ApiPorts } from "../../src/api/ports.ts";
import type { PayloadRecord } from "../../src/state/state-store.ts";

const AT = "2030-01-01T00:00:00.000Z";

function explained(more: Partial<PayloadRecord>, ports: Partial<Pick<ApiPorts, "messages">> = {}, exists = true) {
  const record: PayloadRecord = {
    payloadId: "demo/workflow-mirror/a",
    collections: "demo",
    workflow: "mirror",
    itemids: "a",
    state: "FAILED",
    version: 3,
    attempt: 2,
    execution: "execution-2",
    created: AT,
    updated: AT,
    claimedAt: AT,
    startedAt: AT,
    endedAt: AT,
    outputs: [],
    inputUrl: "s3://payloads/x",
    lineage: { depth: 0, ancestors: [] },
    effectsPending: false,
    messages: ["the last one"],
    ...more,
  };
  const workflows: Pick<ApiPorts["workflows"], "get"> = {
    get: async (name) => (exists ? { name, definition: {} } : undefined),
  };
  // Nothing else of the ports is asked for.
  return explain(record, { ...ports, workflows } as ApiPorts);
}

describe("why a payload would run, or would not", () => {
  test.each([
    ["FAILED", true, "It would run again, as attempt 3"],
    ["ABORTED", true, "It would run again, as attempt 3"],
    ["SUCCEEDED", false, "It would be skipped: SUCCEEDED since"],
    ["INVALID", false, 'set "replace": true'],
    ["PROCESSING", false, "execution execution-2 is running since"],
    ["WAITING", false, "as soon as all of them are there"],
    ["CLAIMED", false, "its execution execution-2 is planned"],
  ] as const)("of one that is %s", async (state, wouldRun, words) => {
    expect(await explained({ state })).toMatchObject({ wouldRun, next: expect.stringContaining(words), messages: [] });
  });

  test("waits for what follows from its last end", async () => {
    expect(await explained({ effectsPending: true })).toMatchObject({
      wouldRun: true,
      next: expect.stringContaining("once what follows"),
    });
  });

  test("is that its workflow is gone", async () => {
    const told = await explained({}, {}, false);
    expect(told).toMatchObject({ wouldRun: false, next: expect.stringContaining("no workflow mirror") });
  });

  test("comes with what became of its last messages, where that is kept", async () => {
    const messages = [{ at: AT, outcome: "skipped", reason: "it runs", execution: undefined }] as const;
    const told = await explained({}, { messages: { ofPayload: async () => messages } });
    expect(told.messages).toEqual([{ at: AT, outcome: "skipped", reason: "it runs" }]);
  });
});
