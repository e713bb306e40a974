/** The dashboard of a deployed stage: the real SDK against a server that answers as AWS documents it. */
import { beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { recordKey } from "../../src/aws/state/keys.ts";
import { recordAttributes } from "../../src/aws/state/record-item.ts";
import { serveDashboard } from "../../src/cli/dashboard/serve.ts";
import { openApiDeployed } from "../../src/cli/place/api-deployed.ts";
import type { PayloadRecord } from "../../src/state/state-store.ts";
import { servedAt, terminalIn } from "../api/local/served-place.ts";
import { type Answer, type Call, json, startFakeAws } from "../aws/fake-aws.ts";
import { temporaryFolder } from "../embedded/temporary-folder.ts";
import { stackAnswer } from "./deployed-stack.ts";

const ID = "demo/workflow-mirror/scene";
const AT = "2030-01-01T00:00:00.000Z";
const RECORD: PayloadRecord = {
  payloadId: ID,
  collections: "demo",
  workflow: "mirror",
  itemids: "scene",
  state: "SUCCEEDED",
  version: 3,
  attempt: 1,
  execution: "run-1",
  created: AT,
  updated: AT,
  claimedAt: AT,
  startedAt: AT,
  endedAt: AT,
  outputs: [],
  inputUrl: "s3://demo-prod-payloads/cirrus/executions/x/run-1/input.json",
  lineage: { depth: 0, ancestors: [] },
  effectsPending: false,
  messages: [],
};

const refusal = (type: string): Answer => ({ ...json({ __type: type, message: "as AWS says it" }), status: 400 });

function stage({ operation, body }: Call): Answer {
  if (operation === "DescribeStacks") return stackAnswer();
  if (operation === "BatchGetItem") {
    const known = body.includes(ID);
    const items = known ? [{ ...recordKey(ID), ...recordAttributes(RECORD).set }] : [];
    return json({ Responses: { "demo-prod-state": items } });
  }
  return json({ Items: [] });
}

/** The stage as an operator's machine serves it, outside of any project. */
async function serveStage(answer: (call: Call) => Answer) {
  const aws = await startFakeAws(answer);
  onTestFinished(aws.close);
  const io = {
    ...terminalIn(temporaryFolder()),
    env: { AWS_ENDPOINT_URL: aws.endpoint, AWS_REGION: "us-west-2" },
  };
  const listening = await serveDashboard(() => openApiDeployed(io, { stack: "demo-prod" }), { port: 0 });
  onTestFinished(listening.close);
  return servedAt(listening);
}

beforeEach(() => {
  vi.stubEnv("AWS_ACCESS_KEY_ID", "test");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "test");
  return () => void vi.unstubAllEnvs();
});

test("looks at a stage with the operator's credentials, and has its page ask again by itself", async () => {
  const served = await serveStage(stage);
  expect(await (await served.get("/v1/info")).json()).toMatchObject({
    place: "in demo-prod (us-west-2)",
    service: "demo-prod",
    flags: " --stack demo-prod",
    live: "poll",
    features: { bulk: false, loops: false },
  });
  expect((await served.get("/v1/changes")).status).toBe(404);
  expect(await (await served.get(`/item/${ID}`)).json()).toMatchObject({ payload_id: ID, state: "SUCCEEDED" });
  expect((await served.get("/item/demo/workflow-mirror/other")).status).toBe(404);
});

test("says that credentials have expired, or that a right is missing, in words that lead on", async () => {
  const cases = [
    ["ExpiredTokenException", "aws sts get-caller-identity"],
    ["AccessDeniedException", "dynamodb:BatchGetItem"],
  ] as const;
  for (const [type, leads] of cases) {
    const served = await serveStage((call) => (call.operation === "BatchGetItem" ? refusal(type) : stage(call)));
    const answer = await served.get(`/item/${ID}`);
    expect(answer.status).toBe(403);
    const told = (await answer.json()) as { type: string; detail: string; hint?: string };
    expect(told.type).toBe("no-permission");
    expect(`${told.detail} ${told.hint}`).toContain(leads);
  }
});
