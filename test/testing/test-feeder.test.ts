import { describe, expect, test } from "vitest";
import * as z from "zod";
import { at, defineFeeder, feederParameters, isJsonObject, payloadOf } from "../../src/feeder/index.ts";
import { testFeeder } from "../../src/testing/index.ts";

const page = z.object({ features: z.array(z.json()), next: z.string().optional() });

const handler = defineFeeder({
  name: "pages",
  parameters: z.object({ url: z.url(), ...feederParameters }),
  async *run({ parameters, http, position }) {
    let url: string | undefined = typeof position === "string" ? position : parameters.url;
    while (url !== undefined) {
      const { features, next } = page.parse(await http.getJson(url));
      for (const item of features) yield payloadOf([item], parameters);
      url = next;
      if (url !== undefined) yield at(url);
    }
  },
});

const item = (id: string) => ({ type: "Feature", id, collection: "demo" });
const event = { url: "https://example.com/1", workflow: "mirror" };
const answers = {
  "https://example.com/1": { features: [item("a"), item("b")], next: "https://example.com/2" },
  "https://example.com/2": { features: [item("c")] },
};
const idsOf = ({ payloads }: Awaited<ReturnType<typeof testFeeder>>) => payloads.map(({ id }) => id);

describe("a feeder under test", () => {
  test("is answered as the test says, and what it would send comes back", async () => {
    const result = await testFeeder(handler, event, { answers });
    expect(idsOf(result)).toEqual(["a", "b", "c"].map((id) => `demo/workflow-mirror/${id}`));
    expect(result.requests).toEqual(["GET https://example.com/1", "GET https://example.com/2"]);
    expect(result.position).toBeUndefined();
  });

  test("goes on from a position, and says where a later run would", async () => {
    expect(idsOf(await testFeeder(handler, event, { answers, position: "https://example.com/2" }))).toEqual([
      "demo/workflow-mirror/c",
    ]);
    const cut = await testFeeder(handler, { ...event, limit: 2 }, { answers });
    expect([idsOf(cut).length, cut.result.found]).toEqual([2, 2]);
  });

  test("waits for a busy server in a time that nobody else waits", async () => {
    let asked = 0;
    const busy = () => new Response("busy", { status: 429, headers: { "Retry-After": "60" } });
    const result = await testFeeder(handler, event, {
      answers: ({ url }) => (asked++ < 2 ? busy() : ((answers as Record<string, object>)[url] ?? {})) as never,
    });
    expect(result.payloads).toHaveLength(3);
    expect(result.took).toBeGreaterThanOrEqual(120_000);
  });

  test("is told which request the test has no answer to", async () => {
    const failed = await testFeeder(handler, event).catch((thrown: unknown) => thrown);
    expect(failed).toMatchObject({ name: "UnexpectedAnswer" });
    expect(String(failed)).toContain("https://example.com/1");
  });

  test("reads the objects that the test gives it", async () => {
    const reader = defineFeeder({
      name: "reader",
      parameters: z.object({ ...feederParameters }),
      async *run({ objects, parameters }) {
        const got = await objects.get("s3://lists/items.json");
        if (got.outcome !== "found") return;
        const list: unknown = JSON.parse(Buffer.from(got.body).toString());
        for (const one of Array.isArray(list) ? list.filter(isJsonObject) : []) yield payloadOf([one], parameters);
      },
    });
    const objects = { "s3://lists/items.json": Buffer.from(JSON.stringify([item("a")])) } as const;
    expect(idsOf(await testFeeder(reader, { workflow: "mirror" }, { objects }))).toEqual(["demo/workflow-mirror/a"]);
  });
});
