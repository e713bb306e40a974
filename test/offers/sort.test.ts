/** Offers in the order of several keys, by whatever name people know them. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { EXIT } from "../../src/errors.ts";
import { SORT_KEYS, sortOffers } from "../../src/offers/sort.ts";
import { anyOffer, offer } from "./offers.ts";

function typesBy(keys: string, ...types: readonly Parameters<typeof offer>[0][]): readonly string[] {
  return sortOffers(types.map(offer), keys).map(({ instanceType }) => instanceType);
}

describe("sorting offers", () => {
  test("takes the second key where the first is equal, and - turns a key round", () => {
    const small = { instanceType: "small", cpus: 2, pricePerHour: 0.1 };
    const large = { instanceType: "large", cpus: 8, pricePerHour: 0.4 };
    const dear = { instanceType: "dear", cpus: 8, pricePerHour: 0.8 };
    expect(typesBy("price_per_cpu,-cpus", small, dear, large)).toEqual(["large", "small", "dear"]);
    expect(typesBy("-price_per_cpu, cpus", small, dear, large)).toEqual(["dear", "small", "large"]);
  });

  test("takes prices that differ by what a float cannot say as equal", () => {
    const small = { instanceType: "small", cpus: 1, pricePerHour: 0.1 };
    const large = { instanceType: "large", cpus: 3, pricePerHour: 0.1 + 0.1 + 0.1 };
    expect(typesBy("price_per_cpu,-cpus", small, large)).toEqual(["large", "small"]);
  });

  test("orders sizes as people count them", () => {
    const names = ["c7g.16xlarge", "c7g.2xlarge", "c7g.4xlarge"].map((instanceType) => ({ instanceType }));
    expect(typesBy("type", ...names)).toEqual(["c7g.2xlarge", "c7g.4xlarge", "c7g.16xlarge"]);
  });

  test.each(["cpus", "cpu", "vcpu", "v", "CPUS"])("knows CPUs as %s", (key) => {
    expect(typesBy(`-${key}`, { instanceType: "a", cpus: 2 }, { instanceType: "b", cpus: 4 })).toEqual(["b", "a"]);
  });

  test.each(["memory-per-cpu", "mem_per_cpu", "local-ssd", "lssd", "total-price", "tp", "ram"])("knows %s", (key) => {
    expect(() => sortOffers([], key)).not.toThrow();
  });

  test("puts what nobody knows the interruptions of last", () => {
    const known = { instanceType: "known", interruptionsPerHour: 0.2 };
    expect(typesBy("interruptions", { instanceType: "unknown" }, known)).toEqual(["known", "unknown"]);
  });

  test("refuses an unknown key and names the nearest", () => {
    expect(() => sortOffers([], "cpus,prce")).toThrow(
      expect.objectContaining({ exitCode: EXIT.usage, hint: "Did you mean price?" }),
    );
  });

  test("loses and adds nothing, and is the same whatever the order was before", () => {
    const keys = fc.array(fc.constantFrom(...SORT_KEYS), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(fc.array(anyOffer), keys, fc.boolean(), (offers, chosen, descending) => {
        const text = chosen.map((key) => (descending ? `-${key}` : key)).join(",");
        const sorted = sortOffers(offers, text);
        expect(new Set(sorted)).toEqual(new Set(offers));
        expect(sortOffers(sorted, text)).toEqual(sorted);
      }),
    );
  });
});
