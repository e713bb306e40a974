/** Every constraint keeps what meets it, and an empty result says which one is to blame. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { EXIT } from "../../src/errors.ts";
import { filterOffers, type OfferFilter } from "../../src/offers/filter.ts";
import type { Offer } from "../../src/offers/offer.ts";
import { anyOffer, offer } from "./offers.ts";

const plain = offer();

describe("a constraint", () => {
  test.each<[keyof OfferFilter, Partial<OfferFilter>, Partial<Offer>, Partial<Offer>]>([
    ["architecture", { architecture: "arm64" }, {}, { architecture: "x86_64" }],
    ["cpuFamily", { cpuFamily: "GRAVITON" }, {}, { cpuFamily: "AMD Milan" }],
    ["minCpuRank", { minCpuRank: 19 }, { cpuRank: 19 }, { cpuRank: 18 }],
    ["maxCpuRank", { maxCpuRank: 19 }, { cpuRank: 19 }, { cpuRank: 20 }],
    ["minCpu", { minCpu: 4 }, { cpus: 4 }, { cpus: 2 }],
    ["maxCpu", { maxCpu: 4 }, { cpus: 4 }, { cpus: 8 }],
    ["minTotalMemory", { minTotalMemory: 16 }, { memoryGB: 16 }, { memoryGB: 15.5 }],
    ["maxTotalMemory", { maxTotalMemory: 16 }, { memoryGB: 16 }, { memoryGB: 32 }],
    ["minMemoryPerCpu", { minMemoryPerCpu: 4 }, { cpus: 2, memoryGB: 8 }, { cpus: 4, memoryGB: 8 }],
    ["maxMemoryPerCpu", { maxMemoryPerCpu: 4 }, { cpus: 2, memoryGB: 8 }, { cpus: 1, memoryGB: 8 }],
    ["minLocalSsd", { minLocalSsd: 100 }, { localSsdGB: 118 }, { localSsdGB: 0 }],
    ["maxLocalSsd", { maxLocalSsd: 100 }, { localSsdGB: 0 }, { localSsdGB: 118 }],
    ["minLocalSsdPerCpu", { minLocalSsdPerCpu: 50 }, { cpus: 2, localSsdGB: 100 }, { cpus: 4, localSsdGB: 100 }],
    ["maxLocalSsdPerCpu", { maxLocalSsdPerCpu: 50 }, { cpus: 2, localSsdGB: 100 }, { cpus: 1, localSsdGB: 100 }],
    ["minGpus", { minGpus: 1 }, { gpus: 1 }, { gpus: 0 }],
    ["maxGpus", { maxGpus: 0 }, { gpus: 0 }, { gpus: 1 }],
    ["spot", { spot: true }, { spot: true }, { spot: false }],
    ["spot", { spot: false }, { spot: false }, { spot: true }],
    ["maxPrice", { maxPrice: 0.2 }, { pricePerHour: 0.2 }, { pricePerHour: 0.21 }],
    ["maxPricePerCpu", { maxPricePerCpu: 0.05 }, { pricePerHour: 0.2 }, { pricePerHour: 0.3 }],
    ["instanceTypes", { instanceTypes: ["^c7", "7g\\.x"] }, {}, { instanceType: "m7i.xlarge" }],
    ["text", { text: "WEST-2B" }, { zone: "us-west-2b" }, { zone: "us-west-2a" }],
  ])("%s keeps what meets it and excludes what does not", (_name, filter, kept, excluded) => {
    const [good, bad] = [offer(kept), offer(excluded)];
    const filtered = filterOffers([good, bad], filter);
    expect(filtered.offers).toEqual([good]);
    expect(filtered.excluded).toEqual([{ constraint: expect.stringMatching(/^--/), count: 1, alone: 1 }]);
  });

  test("of 0 is one, and one that is not given is none", () => {
    expect(filterOffers([offer({ gpus: 1 })], { maxGpus: 0 }).offers).toEqual([]);
    expect(filterOffers([plain], { minCpu: undefined, architecture: undefined, instanceTypes: [] })).toEqual({
      offers: [plain],
      excluded: [],
    });
  });

  test("on instance types matches anywhere in the name", () => {
    expect(filterOffers([plain], { instanceTypes: ["xlarge"] }).offers).toEqual([plain]);
  });

  test("on instance types that is no regular expression is a usage error", () => {
    const filtering = () => filterOffers([plain], { instanceTypes: ["c7("] });
    expect(filtering).toThrow(
      expect.objectContaining({ exitCode: EXIT.usage, message: expect.stringContaining("c7(") }),
    );
  });
});

test("an empty result says what each constraint excludes, and first the one that brings back most", () => {
  const offers = [
    offer({ cpus: 2, memoryGB: 64 }),
    offer({ cpus: 4, memoryGB: 64 }),
    offer({ cpus: 4, memoryGB: 32 }),
    offer({ cpus: 8, memoryGB: 64, architecture: "x86_64" }),
    offer({ cpus: 2, memoryGB: 32, architecture: "x86_64" }),
  ];
  expect(filterOffers(offers, { minCpu: 8, minTotalMemory: 64, architecture: "arm64" })).toEqual({
    offers: [],
    excluded: [
      { constraint: "--min-cpu 8", count: 4, alone: 2 },
      { constraint: "--architecture arm64", count: 2, alone: 1 },
      { constraint: "--min-total-memory 64", count: 2, alone: 0 },
    ],
  });
});

const anyFilter: fc.Arbitrary<OfferFilter> = fc.record(
  {
    architecture: fc.constantFrom("x86_64" as const, "arm64" as const),
    minCpu: fc.integer({ min: 1, max: 8 }),
    maxTotalMemory: fc.integer({ min: 2, max: 16 }),
    minLocalSsdPerCpu: fc.integer({ min: 0, max: 200 }),
    spot: fc.boolean(),
    maxPrice: fc.double({ min: 0, max: 10, noNaN: true }),
  },
  { requiredKeys: [] },
);

test("whatever the constraints: kept and excluded add up, and `alone` is what leaving one out brings back", () => {
  fc.assert(
    fc.property(fc.array(anyOffer, { maxLength: 30 }), anyFilter, (offers, filter) => {
      const { offers: kept, excluded } = filterOffers(offers, filter);
      const failing = offers.length - kept.length;
      for (const { count, alone } of excluded) {
        expect(count).toBeLessThanOrEqual(failing);
        expect(alone).toBeLessThanOrEqual(count);
      }
      for (const name of Object.keys(filter) as (keyof OfferFilter)[]) {
        const { [name]: _left, ...others } = filter;
        const back = filterOffers(offers, others).offers.length - kept.length;
        const option = name.replaceAll(/[A-Z]/g, "-$&").toLowerCase();
        const found = excluded.find(({ constraint }) => constraint.split(" ")[0]?.endsWith(option));
        expect(found?.alone ?? 0).toBe(back);
      }
    }),
  );
});
