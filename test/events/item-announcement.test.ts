import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { itemAnnouncement, MAX_ITEM_BYTES } from "../../src/events/item-announcement.ts";
import type { StacItem } from "../../src/payload/stac-item.ts";

const item = {
  type: "Feature",
  stac_version: "1.0.0",
  id: "S2A_33UUP",
  collection: "sentinel-2-l2a",
  bbox: [14.9, 47.7, 16.5, 48.7],
  properties: {
    datetime: "2024-05-01T10:20:30Z",
    created: "2024-05-02T00:00:00Z",
    updated: "2024-05-02T00:00:00.000Z",
    "eo:cloud_cover": 12.5,
  },
};

const attributesOf = (value: StacItem) =>
  Object.fromEntries(
    Object.entries(itemAnnouncement(value, "run-1/item/0").attributes).map(([name, { value }]) => [name, value]),
  );

describe("a published item is announced", () => {
  test("whole, under the ID of its effect, with ten attributes to filter by", () => {
    const announcement = itemAnnouncement(item, "run-1/item/0");
    expect(announcement).toMatchObject({ topic: "publish", id: "run-1/item/0" });
    expect(JSON.parse(announcement.body)).toEqual(item);
    expect(announcement.attributes).toEqual({
      collection: { type: "String", value: "sentinel-2-l2a" },
      "bbox.ll_lon": { type: "Number", value: 14.9 },
      "bbox.ll_lat": { type: "Number", value: 47.7 },
      "bbox.ur_lon": { type: "Number", value: 16.5 },
      "bbox.ur_lat": { type: "Number", value: 48.7 },
      start_datetime: { type: "String", value: "2024-05-01T10:20:30Z" },
      end_datetime: { type: "String", value: "2024-05-01T10:20:30Z" },
      datetime: { type: "String", value: "2024-05-01T10:20:30Z" },
      cloud_cover: { type: "Number", value: 12.5 },
      status: { type: "String", value: "created" },
    });
  });

  test("with the corners of the ground where its box has heights too", () => {
    expect(attributesOf({ ...item, bbox: [14.9, 47.7, 100, 16.5, 48.7, 900] })).toMatchObject({
      "bbox.ll_lon": 14.9,
      "bbox.ll_lat": 47.7,
      "bbox.ur_lon": 16.5,
      "bbox.ur_lat": 48.7,
    });
  });

  test("with its period, and without the single time that is null", () => {
    const properties = { datetime: null, start_datetime: "2024-01-01T00:00:00Z", end_datetime: "2024-02-01T00:00:00Z" };
    const attributes = attributesOf({ ...item, properties });
    expect(attributes).toMatchObject({ start_datetime: "2024-01-01T00:00:00Z", end_datetime: "2024-02-01T00:00:00Z" });
    expect(attributes).not.toHaveProperty("datetime");
  });

  test("with a cloud cover of 0, which is a number like any other", () => {
    expect(attributesOf({ ...item, properties: { "eo:cloud_cover": 0 } })).toMatchObject({ cloud_cover: 0 });
  });

  test("as updated where it was written again, and as neither where it does not say", () => {
    expect(
      attributesOf({ ...item, properties: { created: "2024-05-02T00:00:00Z", updated: "2024-05-03T00:00:00Z" } })
        .status,
    ).toBe("updated");
    expect(attributesOf({ ...item, properties: { updated: "2024-05-03T00:00:00Z" } })).not.toHaveProperty("status");
  });

  test("without the attributes that it has no proper value for", () => {
    const properties = { datetime: "", "eo:cloud_cover": "12" };
    expect(attributesOf({ ...item, collection: "", bbox: [1, 2, 3], properties })).toEqual({});
    expect(attributesOf({ id: "a" })).toEqual({});
    expect(attributesOf({ id: "a", bbox: [1, 2, "3", 4] })).toEqual({});
  });
});

describe("an item that is too large for a message", () => {
  const large = { ...item, note: "é".repeat(MAX_ITEM_BYTES / 2) };

  test("is announced by a pointer to its self link, with the same attributes", () => {
    const links = [
      { rel: "canonical", href: "s3://data/canonical.json" },
      { rel: "self", href: "https://data/self.json" },
    ];
    const announcement = itemAnnouncement({ ...large, links }, "e");
    expect(JSON.parse(announcement.body)).toEqual({
      type: "Feature",
      id: item.id,
      collection: item.collection,
      url: "https://data/self.json",
    });
    expect(announcement.attributes).toEqual(itemAnnouncement(item, "e").attributes);
  });

  test("is announced by its canonical link where it has no other, and by its ID alone where it has none", () => {
    const links = [{ rel: "canonical", href: "s3://data/canonical.json" }];
    expect(JSON.parse(itemAnnouncement({ ...large, links }, "e").body)).toHaveProperty(
      "url",
      "s3://data/canonical.json",
    );
    expect(JSON.parse(itemAnnouncement(large, "e").body)).toEqual({
      type: "Feature",
      id: item.id,
      collection: item.collection,
    });
  });
});

test("whatever a task has made of an item, its announcement fits SNS", () => {
  const hostile = fc.record(
    {
      bbox: fc.jsonValue(),
      collection: fc.jsonValue(),
      properties: fc.jsonValue(),
      links: fc.jsonValue(),
      note: fc.constantFrom("", "x".repeat(300_000)),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(hostile, (members) => {
      // A task in another language returns what it likes.
      const { body, attributes } = itemAnnouncement({ id: "a", ...(members as object) } as StacItem, "e");
      const values = Object.values(attributes).map(({ value }) => String(value));
      expect(values.length).toBeLessThanOrEqual(10);
      expect(values).not.toContain("");
      expect(Buffer.byteLength(body) + Buffer.byteLength(values.join(""))).toBeLessThan(256 * 1024);
    }),
    { numRuns: 200 },
  );
});
