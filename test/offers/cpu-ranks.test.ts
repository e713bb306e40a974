/** Processors as price lists write them, and how quick each is among the others. */
import { expect, test } from "vitest";
import { CPU_FAMILIES, cpuFamilyOf } from "../../src/offers/cpu-ranks.ts";

test.each([
  ["AWS Graviton Processor", "AWS Graviton", 9],
  ["AWS Graviton2 Processor", "AWS Graviton2", 18],
  ["AWS Graviton3 Processor", "AWS Graviton3", 19],
  ["AWS Graviton3E Processor", "AWS Graviton3E", 20],
  ["AWS Graviton4 Processor", "AWS Graviton4", 23],
  ["Intel Xeon Platinum 8175 (Skylake)", "Intel Skylake", 11],
  ["Intel Xeon Platinum 8124M", "Intel Skylake", 11],
  ["Intel Xeon Platinum 8259 (Cascade Lake)", "Intel Cascade Lake", 12],
  ["Intel Xeon 8375C (Ice Lake)", "Intel Ice Lake", 16],
  ["Intel Xeon Scalable (Sapphire Rapids)", "Intel Sapphire Rapids", 21],
  ["Intel Xeon Scalable (Emerald Rapids)", "Intel Emerald Rapids", 25],
  ["Intel Xeon E5-2686 v4 (Broadwell)", "Intel Broadwell", 7],
  ["Intel Xeon E5-2666 v3 (Haswell)", "Intel Haswell", 6],
  ["Intel Xeon E5-2680 v2 (Ivy Bridge)", "Intel Ivy Bridge", 5],
  ["Intel Xeon Family", "Intel", 1],
  ["AMD EPYC 7571", "AMD Naples", 10],
  ["AMD EPYC 7R32", "AMD Rome", 13],
  ["AMD EPYC 7R13 Processor", "AMD Milan", 17],
  ["AMD EPYC 9R14 Processor", "AMD Genoa", 22],
  ["AMD EPYC 9R45 Processor", "AMD Turin", 26],
  ["Google Axion", "Google Axion", 27],
  ["Zhaoxin KX-7000", "Zhaoxin KX-7000", 0],
  ["", "Unknown", 0],
])("%s is %s with rank %i", (processor, name, rank) => {
  expect(cpuFamilyOf(processor)).toEqual({ name, rank });
});

test("a family's own name is of the family", () => {
  for (const { name, rank } of CPU_FAMILIES) expect(cpuFamilyOf(name)).toEqual({ name, rank });
});

test("every rank from 1 to 27 is somebody's", () => {
  expect([...new Set(CPU_FAMILIES.map(({ rank }) => rank))]).toEqual(
    Array.from({ length: 27 }, (_, index) => index + 1),
  );
});
