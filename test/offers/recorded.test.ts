/** The record is what it says: complete, consistent, and never taken for AWS's own answer. */
import { expect, test } from "vitest";
import { EXIT } from "../../src/errors.ts";
import { assembleOffers } from "../../src/offers/assemble-offers.ts";
import { RECORD, recordedCatalogue } from "../../src/offers/recorded/recorded.ts";

async function offersOf(region: string) {
  const [list, spot] = await Promise.all([recordedCatalogue.priceList(region), recordedCatalogue.spotPrices(region)]);
  return assembleOffers("aws", { region, bootDiskGB: 10 }, list, spot);
}

test.each(["us-west-2", "us-east-1"])("has common types of %s on demand and as spot in every zone", async (region) => {
  const offers = await offersOf(region);
  const [info] = await recordedCatalogue.regions({ prefix: region, zones: true });
  const onDemand = new Map(offers.filter(({ spot }) => !spot).map((one) => [one.instanceType, one]));
  expect(onDemand.size).toBeGreaterThanOrEqual(100);
  for (const name of ["c7g.xlarge", "m7i.2xlarge", "t3.medium", "g5.xlarge"]) expect(onDemand.has(name)).toBe(true);
  const spot = offers.filter((one) => one.spot);
  expect(new Set(spot.map(({ zone }) => zone))).toEqual(new Set(info?.zones));
  expect(spot).toHaveLength(onDemand.size * (info?.zones.length ?? 0));
  for (const one of spot) expect(one.pricePerHour).toBeLessThan(onDemand.get(one.instanceType)?.pricePerHour ?? 0);
});

test("knows the rank of every processor in it, and no spot price is shown as observed", async () => {
  const offers = await offersOf("us-west-2");
  expect(offers.filter(({ cpuRank }) => cpuRank === 0)).toEqual([]);
  expect(offers.every(({ spot, estimated = false }) => spot === estimated)).toBe(true);
  expect(new Set(offers.map(({ interruptionsPerHour }) => interruptionsPerHour))).toEqual(new Set([undefined]));
});

test("says when and what it is", () => {
  expect(new Date(RECORD.asOf).toISOString()).toBe(RECORD.asOf);
  expect(RECORD.source).toContain("A record, not an answer of AWS");
});

test("says which regions it has, of one that it has not", async () => {
  await expect(recordedCatalogue.priceList("eu-north-1")).rejects.toMatchObject({
    message: expect.stringContaining("eu-north-1"),
    hint: expect.stringContaining("us-west-2, us-east-1"),
    exitCode: EXIT.notFound,
  });
});
