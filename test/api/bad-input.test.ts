import { describe, expect, test } from "vitest";
import { payloadPage } from "../../src/api/shapes/payloads.ts";
import { executionName } from "../../src/payload/payload-id.ts";
import { makeApiWorld } from "./api-world.ts";

const LONG = "x".repeat(3000);
const HOSTILE = [
  "<script>alert(1)</script>",
  "a' OR 1=1 --",
  "%",
  "_%_",
  "../../etc/passwd",
  "a\0b",
  "\u{1f600}",
  "\ud800",
  "__proto__",
  "a/workflow-b/c/workflow-d/e",
];

describe("what cannot be asked for", () => {
  const world = () => makeApiWorld();

  test.each([
    "/v1/payloads?limit=0",
    "/v1/payloads?limit=1001",
    "/v1/payloads?limit=1e99",
    "/v1/payloads?limit=many",
    "/v1/payloads?limit=",
    "/v1/payloads?state=DONE",
    "/v1/payloads?order=random",
    "/v1/payloads?since=yesterday",
    "/v1/payloads?until=99999999999999999999d",
    "/v1/payloads?cursor=nonsense",
    `/v1/payloads?cursor=${LONG.repeat(4)}`,
    "/v1/payloads?worklfow=mirror",
    "/v1/payloads/count?limit=5",
    "/v1/payload",
    "/v1/payload?id=",
    `/v1/payload?id=${LONG}`,
    "/v1/payload/input?id=a/workflow-b/c&execution=..%2Fx",
    "/v1/payload/diff?id=a/workflow-b/c",
    "/v1/object",
    `/v1/executions/${"x".repeat(300)}/y`,
    "/v1/workflows/mirror?since=-1h",
    "/v1/tasks/reproject?since=",
  ])("is %s, which is refused with the name of the parameter", async (path) => {
    const told = await world().getProblem(path, 400);
    expect(told.type).toBe("bad-parameter");
    expect(told.detail).not.toBe("");
  });

  test("is a page of another list", async () => {
    const one = world();
    const { state } = one.runtime.ports;
    for (const name of ["a", "b"]) {
      const payloadId = `demo/workflow-mirror/${name}`;
      const at = new Date().toISOString();
      const claim = { payloadId, expected: "absent", execution: executionName(payloadId, 1), attempt: 1 } as const;
      const lineage = { depth: 0, ancestors: [] };
      await state.claim([
        { ...claim, inputUrl: "s3://p/x", lineage, message: name, at, actor: "test", reason: "test" },
      ]);
    }
    const { next = "" } = await one.get("/v1/payloads?limit=1", payloadPage);
    expect((await one.get(`/v1/payloads?limit=1&cursor=${next}`, payloadPage)).rows).toHaveLength(1);
    await one.getProblem(`/v1/payloads?limit=1&order=oldest&cursor=${next}`, 400);
  });
});

describe("what is hostile", () => {
  test("chooses nothing as a filter, and never fails", async () => {
    const world = makeApiWorld();
    for (const text of HOSTILE) {
      const value = encodeURIComponent(text.toWellFormed());
      for (const name of ["workflow", "collections", "organisation", "idPrefix", "errorPrefix"]) {
        expect(await world.get(`/v1/payloads?${name}=${value}`, payloadPage)).toEqual({ rows: [] });
      }
    }
  });

  test("is not there as the name of anything", async () => {
    const world = makeApiWorld();
    for (const text of HOSTILE) {
      const value = encodeURIComponent(text.toWellFormed());
      await world.getProblem(`/v1/payload?id=${value}`, 404);
      await world.getProblem(`/v1/payload/output?id=${value}`, 404);
      await world.getProblem(`/v1/executions/${value}/${value}`, 404);
      await world.getProblem(`/v1/executions/${value}/${value}/logs`, 404);
      await world.getProblem(`/v1/executions/${value}/${value}/events`, 404);
      await world.getProblem(`/v1/executions/${value}/${value}/io`, 404);
      await world.getProblem(`/v1/workflows/${value}`, 404);
      await world.getProblem(`/v1/tasks/${value}`, 404);
    }
  });

  test("is shown as it is in a problem, and cut where it is long", async () => {
    const world = makeApiWorld();
    const told = await world.getProblem(`/v1/payload?id=${"y".repeat(1900)}`, 404);
    expect(told.detail.length).toBeLessThan(400);
  });
});
