/** The API and the page of a deployed stage whose callers hold tokens: who gets in, what is answered, and what is done. */
import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import type { ActionView } from "../../src/api/shapes/actions.ts";
import { home } from "../../src/api/shapes/home.ts";
import { payload, payloadPage } from "../../src/api/shapes/payloads.ts";
import { workflowList } from "../../src/api/shapes/workflows.ts";
import type { PayloadRecord } from "../../src/state/state-store.ts";
import { emulatorEnvironment } from "./emulator.ts";
import { eventually } from "./eventually.ts";
import { idOf, payloadOf, processBy } from "./payloads.ts";
import { copyProject } from "./project-copy.ts";
import { openStage, type Stage } from "./stage.ts";
import { openTokenIssuer, type TokenIssuer } from "./token-issuer.ts";

const endpoint = inject("endpoint");
const project = copyProject(endpoint, { isSmall: true });
const DEPLOY_MS = 600_000;
const CLIENT = "the-dashboard";

let issuer: TokenIssuer;
let stage: Stage;

beforeAll(async () => {
  issuer = await openTokenIssuer();
  const file = join(project.folder, "cirrus.yml");
  const settings = readFileSync(file, "utf8")
    .replace('    Issuer: ""', `    Issuer: "${issuer.url}"`)
    .replace('    ClientId: ""', `    ClientId: "${CLIENT}"`)
    .replace('    ReadGroup: ""', "    ReadGroup: readers");
  writeFileSync(file, settings);
  const { code, stdout, stderr } = await project.serverless("deploy", "--stage", "api");
  expect(code, `${stdout}${stderr}\nThe emulator's log: ${inject("emulatorLog")}`).toBe(0);
  stage = await openStage(endpoint, "cirrus-api");
}, DEPLOY_MS);

afterAll(async () => {
  await issuer.close();
  project.remove();
});

type Groups = readonly string[];

/** Through the stack's address, with a token of whoever is in these groups, or without one. */
async function ask(path: string, groups?: Groups, body?: object): Promise<Response> {
  const [id] = new URL(stage.output("CirrusApiUrl")).hostname.split(".");
  const token = groups && issuer.token({ sub: "1", aud: CLIENT, email: "ada@example.org", "cognito:groups": groups });
  return fetch(`${endpoint}/_aws/execute-api/${id}/$default${path}`, {
    headers: {
      ...(token !== undefined && { Authorization: `Bearer ${token}` }),
      ...(body && { "Content-Type": "application/json" }),
    },
    ...(body && { method: "POST", body: JSON.stringify(body) }),
  });
}

async function act(request: object): Promise<ActionView> {
  const response = await ask("/v1/actions", ["operators"], request);
  expect(response.status, await response.clone().text()).toBe(200);
  return (await response.json()) as ActionView; // held to its shape by the API's own tests
}

const failed = ({ state, effectsPending }: PayloadRecord): boolean => state === "FAILED" && !effectsPending;
const succeeded = ({ state, effectsPending }: PayloadRecord): boolean => state === "SUCCEEDED" && !effectsPending;

test("nobody gets data without a token, nor with one of somebody in no group", async () => {
  expect((await ask("/v1/payloads")).status).toBe(401);
  expect((await ask("/v1/actions", undefined, { kind: "publish", payloads: [{}] })).status).toBe(401);
  const stranger = await ask("/v1/payloads", ["gardeners"]);
  expect(stranger.status).toBe(403);
  expect(await stranger.json()).toMatchObject({
    type: "no-permission",
    detail: expect.stringContaining("ada@example.org"),
  });
});

test("the page comes without a token, for there is nothing in it, and says where to sign in", async () => {
  const page = await ask("/dashboard/payloads");
  expect(page.status).toBe(200);
  expect(await page.text()).toContain("<!doctype html>");
  expect(page.headers.get("Content-Security-Policy")).toContain(`connect-src 'self' ${issuer.url}`);
  const config = await ask("/dashboard/config.json");
  expect(await config.json()).toEqual({
    auth: { kind: "oidc", issuer: issuer.url, clientId: CLIENT, scope: "openid email" },
  });
});

test("who reads sees what the stage knows, and may change nothing", async () => {
  await stage.publish(payloadOf("seen", processBy("publish-only")));
  await stage.untilRecord(idOf("seen", "publish-only"), succeeded);
  const list = payloadPage.parse(await (await ask("/v1/payloads?state=SUCCEEDED", ["readers"])).json());
  expect(list.rows.map(({ id }) => id)).toContain(idOf("seen", "publish-only"));
  const one = await ask(`/v1/payload?id=${encodeURIComponent(idOf("seen", "publish-only"))}`, ["readers"]);
  expect(payload.parse(await one.json()).state).toBe("SUCCEEDED");
  home.parse(await (await ask("/v1/home?window=24h", ["readers"])).json());
  const { workflows } = workflowList.parse(await (await ask("/v1/workflows", ["readers"])).json());
  expect(workflows.map(({ name }) => name)).toContain("publish-together");
  const refused = await ask("/v1/actions", ["readers"], { kind: "rerun", payloadIds: [idOf("seen", "publish-only")] });
  expect(refused.status).toBe(403);
  expect((await ask("/v1/payload?id=none/workflow-such/one", ["readers"])).status).toBe(404);
});

test("who operates runs a payload again, and it is kept who did it", async () => {
  const id = idOf("again", "publish-only");
  await stage.publish(payloadOf("again", processBy("publish-only")));
  await stage.untilRecord(id, succeeded);
  const done = await act({ kind: "rerun", payloadIds: [id], replace: true, why: "to see it run" });
  expect(done).toMatchObject({ state: "DONE", done: 1, by: "ada@example.org", why: "to see it run" });
  await stage.untilRecord(id, (record) => record.attempt === 2 && succeeded(record));
});

test("what is too much for an answer goes on behind it", async () => {
  const items = Array.from({ length: 24 }, (_, index) => `many-${index}`);
  for (const item of items) await stage.publish(payloadOf(item, processBy("no-such-workflow")));
  for (const item of items) await stage.untilRecord(idOf(item, "no-such-workflow"), failed);
  const begun = await act({
    kind: "mark",
    filter: { workflow: "no-such-workflow", state: "FAILED" },
    state: "INVALID",
  });
  const ended = await eventually("the action has ended", async () => {
    const response = await ask(`/v1/actions/${begun.id}`, ["readers"]);
    const action = (await response.json()) as ActionView; // held to its shape by the API's own tests
    return action.state === "RUNNING" ? undefined : action;
  });
  expect(ended).toMatchObject({ state: "DONE", total: 24, done: 24, failed: 0 });
});

test("with credentials of their own, operators have the same page on their machine", async () => {
  const program = join(project.folder, "bin", "cirrus");
  const env = { ...process.env, ...emulatorEnvironment(endpoint), CI: "true", NO_COLOR: "1" };
  const args = ["dashboard", "--stage", "api", "--port", "0", "--no-open"];
  const served = spawn(program, args, { cwd: project.folder, env });
  const ended = new Promise((resolve) => served.once("exit", resolve));
  try {
    let said = "";
    served.stderr.on("data", (chunk: Buffer) => {
      said += chunk.toString();
    });
    const address = await eventually("the page is served", async () => /http:\/\/127\.0\.0\.1:\d+/.exec(said)?.[0]);
    expect(await (await fetch(`${address}/dashboard/payloads`)).text()).toContain("<!doctype html>");
    const list = await fetch(`${address}/v1/payloads?state=SUCCEEDED`);
    expect(payloadPage.parse(await list.json()).rows.length).toBeGreaterThan(0);
    const { workflows } = workflowList.parse(await (await fetch(`${address}/v1/workflows`)).json());
    expect(workflows.map(({ name }) => name)).toContain("publish-together");
    const write = { method: "POST", headers: { "Content-Type": "application/json" }, body: "{}" };
    expect((await fetch(`${address}/v1/actions`, write)).status).toBe(403);
  } finally {
    served.kill("SIGINT");
    await ended;
  }
});
