/** The routes that Cirrus has always had: their shapes, and what was broken there. */
import { describe, expect, test } from "vitest";
import { item, itemPage, landing, stats, workflowSummary } from "../../src/api/shapes/reference.ts";
import { STATES } from "../../src/state/states.ts";
import { featureOf, payloadText, taskFiles, workflowFiles } from "../cli/temporary-project.ts";
import { type ApiWorld, makeApiWorld } from "./api-world.ts";
import { runPayloads } from "./run-payloads.ts";

const handler = `export const handler = async (payload) => {
  if (payload.features[0].id.startsWith("bad")) throw new Error("out of clouds");
  return payload;
};
`;
const FILES = {
  ...taskFiles("copy", handler),
  ...workflowFiles("mirror", "copy"),
  ...workflowFiles("idle", "copy"),
};

const open = (): ApiWorld => makeApiWorld({ files: FILES, maxExecutions: 4 });

describe("/", () => {
  test("lists the workflows that exist and the collections that each has, and sends a browser to the page", async () => {
    const world = open();
    await runPayloads(world, [payloadText("mirror", "one")]);
    const { id, links } = await world.get("/", landing);
    expect(id).toBe("demo-state-api");
    const child = { rel: "child", href: "http://localhost/demo/workflow-mirror", title: "demo - mirror" };
    expect(links).toContainEqual({ ...child, type: "application/json" });
    expect(links.filter(({ rel }) => rel === "related").map(({ title }) => title)).toContain("idle");
    for (const { href } of links.filter(({ rel }) => rel !== "service-desc")) {
      expect({ href, status: (await world.request(new URL(href).pathname)).status }).toEqual({ href, status: 200 });
    }

    const browser = await world.request("/", { headers: { Accept: "text/html,application/xml;q=0.9,*/*;q=0.8" } });
    expect([browser.status, browser.headers.get("Location")]).toEqual([302, "/dashboard/"]);
    for (const accept of ["application/json", "*/*", ""]) {
      expect((await world.request("/", { headers: { Accept: accept } })).status).toBe(200);
    }
  });
});

describe("/{collections}/workflow-{workflow}", () => {
  test("counts each state, and says where there are more than were counted", async () => {
    const world = open();
    await runPayloads(
      world,
      ["a", "b", "c", "bad"].map((name) => payloadText("mirror", name)),
    );
    const path = "/demo/workflow-mirror";
    expect((await world.get(path, workflowSummary)).counts).toMatchObject({ SUCCEEDED: 3, FAILED: 1, ABORTED: 0 });
    expect((await world.get(`${path}?limit=2&since=1h`, workflowSummary)).counts).toMatchObject({
      SUCCEEDED: "2+",
      FAILED: 1,
    });
    expect((await world.get(`${path}?since=1h`, workflowSummary)).counts).toMatchObject({ SUCCEEDED: 3 });
    expect((await world.get(`${path}?since=2999-01-01`, workflowSummary)).counts).toMatchObject({ SUCCEEDED: 0 });
  });

  test("/items comes in pages that follow each other, each payload once", async () => {
    const world = open();
    const names = ["a", "b", "c", "d", "e"];
    const ids = await runPayloads(
      world,
      names.map((name) => payloadText("mirror", name)),
    );
    for (const order of ["0", "1"]) {
      const seen: string[] = [];
      let nextkey: string | undefined;
      do {
        const key = nextkey === undefined ? "" : `&nextkey=${nextkey}`;
        const page = await world.get(`/demo/workflow-mirror/items?limit=2&sort_ascending=${order}${key}`, itemPage);
        seen.push(...page.items.map(({ payload_id }) => payload_id));
        nextkey = page.nextkey;
      } while (nextkey !== undefined);
      expect(seen.toSorted()).toEqual(ids.toSorted());
    }
  });

  test("/items chooses by state, and names a parameter that is wrong", async () => {
    const world = open();
    await runPayloads(world, [payloadText("mirror", "a"), payloadText("mirror", "bad")]);
    const failed = await world.get("/demo/workflow-mirror/items?state=FAILED", itemPage);
    expect(failed.items).toMatchObject([{ items: "bad", last_error: expect.stringContaining("out of clouds") }]);
    const wrong = ["state=COMPLETED", "sort_ascending=2", "limit=0", "since=yesterday", "nextkey=x", "sort_index=id"];
    for (const query of wrong) {
      const told = await world.getProblem(`/demo/workflow-mirror/items?${query}`, 400);
      if (!/since|nextkey/.test(query)) expect(told.problems?.[0]?.parameter).toBe(query.split("=")[0]);
    }
    const misspelt = await world.getProblem("/demo/workflow-mirror/items?sate=FAILED", 400);
    expect(misspelt.detail).toContain("Did you mean state?");
  });

  test("/{items} tells of one payload; one that is not there is not found", async () => {
    const world = open();
    const several = { ...JSON.parse(payloadText("mirror", "a")), features: [featureOf("x"), featureOf("y")] };
    await runPayloads(world, [payloadText("mirror", "bad"), JSON.stringify(several)]);
    const bad = await world.get("/demo/workflow-mirror/bad", item);
    expect(bad).toMatchObject({
      payload_id: "demo/workflow-mirror/bad",
      collections: "demo",
      workflow: "mirror",
      items: "bad",
      state: "FAILED",
      output_payload_url: null,
      executions: [expect.stringMatching(/^http:\/\/localhost\/dashboard\/execution\/mirror\/[0-9a-f-]{36}$/)],
    });
    expect(await world.get("/demo/workflow-mirror/x/y", item)).toMatchObject({ items: "x/y", state: "SUCCEEDED" });
    const missing = await world.getProblem("/demo/workflow-mirror/nothing", 404);
    expect(missing.detail).toContain("demo/workflow-mirror/nothing");
    await world.getProblem("/nowhere", 404);
    await world.getProblem("/v1/demo/workflow-mirror", 404);
  });

  test("an item that is called items is found by its ID", async () => {
    const world = open();
    await runPayloads(world, [payloadText("mirror", "items")]);
    for (const path of ["/demo/workflow-mirror/items?id=items", "/item/demo/workflow-mirror/items"]) {
      expect(await world.get(path, item)).toMatchObject({ payload_id: "demo/workflow-mirror/items" });
    }
    expect((await world.get("/demo/workflow-mirror/items", itemPage)).items).toHaveLength(1);
  });
});

describe("/stats", () => {
  test("counts transitions over 60 days, 36 hours and the two hours that end now", async () => {
    const world = open();
    await runPayloads(world, [payloadText("mirror", "a"), payloadText("mirror", "bad")]);
    const { daily, hourly, hourly_rolling: rolling } = (await world.get("/stats", stats)).state_transitions;
    expect([daily.length, hourly.length, rolling.length]).toEqual([60, 36, 2]);
    const rows = [daily.at(-1), hourly.at(-1), rolling.at(-1)];
    // A run over midnight, or over the full hour, has what it counts in the period before too.
    for (const [index, all] of [daily, hourly, rolling].entries()) {
      expect(rows[index]?.states).toHaveLength(STATES.length);
      const sum = (state: string) =>
        all.flatMap(({ states }) => states).reduce((n, one) => n + (one.state === state ? one.count : 0), 0);
      expect([sum("PROCESSING"), sum("SUCCEEDED"), sum("FAILED")]).toEqual([2, 1, 1]);
    }
    expect(daily.map(({ period }) => period)).toEqual(daily.map(({ period }) => period).toSorted());
  });
});
