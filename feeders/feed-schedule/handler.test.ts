// biome-ignore-all lint/suspicious/noTemplateCurlyInString: texts that the feeder fills
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { itemIds, runFeeder } from "../../test/feeder/run-feeder.ts";
import { makeVirtualClock } from "../../test/virtual-clock.ts";
import { handler } from "./handler.ts";

const given = { workflow: "mosaic", collection: "mosaics" };

test("the example makes a payload for each of the last three days", async () => {
  const fed = await runFeeder(handler, JSON.parse(readFileSync(join(import.meta.dirname, "event.json"), "utf8")));
  expect(fed.payloads.map(({ id }) => id)).toEqual([
    "daily/workflow-publish-only/2030-01-12",
    "daily/workflow-publish-only/2030-01-13",
    "daily/workflow-publish-only/2030-01-14",
  ]);
});

test("an item is of the whole period", async () => {
  const fed = await runFeeder(handler, { ...given, time: "2030-01-15T01:00:00Z" });
  expect(fed.payloads[0]?.features).toEqual([
    {
      type: "Feature",
      id: "2030-01-14",
      collection: "mosaics",
      geometry: null,
      links: [],
      assets: {},
      properties: {
        datetime: null,
        start_datetime: "2030-01-14T00:00:00.000Z",
        end_datetime: "2030-01-14T23:59:59.999Z",
      },
    },
  ]);
});

test.each([
  ["hour", "2030-01-01T00:30:00Z", ["2029-12-31T22", "2029-12-31T23"]],
  ["day", "2030-03-01T00:00:00Z", ["2030-02-27", "2030-02-28"]],
  ["week", "2030-01-15T12:00:00Z", ["2030-W01", "2030-W02"]],
  // The last days of a year may be in the first week of the next, and the first in the last of the one before.
  ["week", "2025-01-05T12:00:00Z", ["2024-W51", "2024-W52"]],
  ["week", "2027-01-04T00:00:00Z", ["2026-W52", "2026-W53"]],
  ["month", "2030-03-31T23:59:59Z", ["2030-01", "2030-02"]],
  ["month", "2030-01-15T01:00:00+02:00", ["2029-11", "2029-12"]],
])("of the last two %ss at %s", async (period, time, names) => {
  expect(itemIds(await runFeeder(handler, { ...given, period, periods: 2, time }))).toEqual(names);
});

test("a week begins on Monday", async () => {
  const { payloads } = await runFeeder(handler, { ...given, period: "week", time: "2030-01-15T12:00:00Z" });
  expect(payloads[0]?.features[0]?.properties).toMatchObject({
    start_datetime: "2030-01-07T00:00:00.000Z",
    end_datetime: "2030-01-13T23:59:59.999Z",
  });
});

test("the period that is not over yet is taken by choice", async () => {
  const fed = await runFeeder(handler, { ...given, current: true, period: "month", time: "2030-03-15T00:00:00Z" });
  expect(itemIds(fed)).toEqual(["2030-03"]);
});

test("without a time it is now; EventBridge's own event tells one", async () => {
  const clock = makeVirtualClock("2031-06-02T00:00:00Z");
  expect(itemIds(await runFeeder(handler, given, { clock }))).toEqual(["2031-06-01"]);
  const event = {
    version: "0",
    "detail-type": "Scheduled Event",
    source: "aws.events",
    time: "2030-01-15T01:00:00Z",
    detail: {},
  };
  expect(itemIds(await runFeeder(handler, { ...given, ...event }, { clock }))).toEqual(["2030-01-14"]);
});

test("the period goes into the item's ID and members", async () => {
  const item = {
    properties: { title: "${day}.${month}.${year}", gsd: 10 },
    assets: { list: { href: "s3://archive/${year}/${period}.json", roles: ["${hour}"] } },
  };
  const fed = await runFeeder(handler, { ...given, item_id: "m-${period}", item, time: "2030-01-15T01:00:00Z" });
  expect(fed.payloads[0]?.features[0]).toMatchObject({
    id: "m-2030-01-14",
    properties: { title: "14.01.2030", gsd: 10, start_datetime: "2030-01-14T00:00:00.000Z" },
    assets: { list: { href: "s3://archive/2030/2030-01-14.json", roles: ["00"] } },
  });
});

test.each([
  [{ item_id: "${week}" }, "$.item_id: there is no ${week}."],
  [{ item: { assets: { a: { href: "${x}" } } } }, "$.item.assets.a.href: there is no ${x}."],
  [{ item_id: "same", periods: 2 }, "$.item_id: it is same for every day."],
  [{ period: "year" }, "$.period"],
  [{ time: "yesterday" }, "$.time"],
  [{ collection: undefined }, "$.collection"],
])("%j is refused", async (asked, message) => {
  const { thrown } = await runFeeder(handler, { ...given, ...asked });
  expect(thrown).toMatchObject({ name: "InvalidInput", message: expect.stringContaining(message) });
});
