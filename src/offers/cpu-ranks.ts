/** How quick processors are among each other, from 0 (unknown) to 27, whoever offers them. */

export interface CpuFamily {
  readonly name: string;
  readonly rank: number;
}

interface KnownFamily extends CpuFamily {
  /** What the price list writes of processors of the family. */
  readonly written: RegExp;
}

/**
 * By rank. The ranks are those of rms-cloud-tasks, so that its `min_cpu_rank` and `max_cpu_rank` mean the same here;
 * what is newer than its table stands beside what it is most like. AWS's price list names some by their code name,
 * others by the model alone: `AMD EPYC 7R13 Processor`.
 */
export const CPU_FAMILIES: readonly KnownFamily[] = [
  { name: "Intel", rank: 1, written: /\bIntel\b/ },
  { name: "Intel Nehalem", rank: 2, written: /Nehalem|\b[XEL]55\d\d\b/ },
  { name: "Intel Westmere", rank: 3, written: /Westmere|\b[XEL]56\d\d\b/ },
  { name: "Intel Sandy Bridge", rank: 4, written: /Sandy Bridge|\bE5-26\d\d(?! ?v)/ },
  { name: "Intel Ivy Bridge", rank: 5, written: /Ivy Bridge|\bE[57]-\d{4} ?v2/ },
  { name: "Intel Haswell", rank: 6, written: /Haswell|\bE[57]-\d{4} ?v3/ },
  { name: "Intel Broadwell", rank: 7, written: /Broadwell|\bE[57]-\d{4} ?v4/ },
  { name: "Intel Core i7", rank: 8, written: /Core i7/ },
  { name: "AWS Graviton", rank: 9, written: /Graviton(?! ?\d)/ },
  { name: "AMD Naples", rank: 10, written: /Naples|EPYC 7[0-9][0-9]1\b/ },
  { name: "Intel Skylake", rank: 11, written: /Skylake|Platinum 81\d\d/ },
  { name: "Intel Cascade Lake", rank: 12, written: /Cascade Lake|Platinum 82\d\d/ },
  { name: "AMD Rome", rank: 13, written: /Rome|EPYC 7(?:\d\d2|R32)\b/ },
  { name: "Apple M1", rank: 14, written: /Apple M\d/ },
  { name: "Ampere Altra", rank: 15, written: /Altra/ },
  { name: "Intel Ice Lake", rank: 16, written: /Ice Lake|\b83\d\dC\b/ },
  { name: "AMD Milan", rank: 17, written: /Milan|EPYC 7(?:\d\d3|R13)\b/ },
  { name: "AWS Graviton2", rank: 18, written: /Graviton ?2/ },
  { name: "AWS Graviton3", rank: 19, written: /Graviton ?3(?!E)/ },
  { name: "AWS Graviton3E", rank: 20, written: /Graviton ?3E/ },
  { name: "Intel Sapphire Rapids", rank: 21, written: /Sapphire Rapids|\b84\d\dC\b/ },
  { name: "AMD Genoa", rank: 22, written: /Genoa|EPYC 9(?:\d\d4|R14)\b/ },
  { name: "AWS Graviton4", rank: 23, written: /Graviton ?4/ },
  { name: "AWS Inferentia2", rank: 24, written: /Inferentia2/ },
  { name: "Intel Emerald Rapids", rank: 25, written: /Emerald Rapids/ },
  { name: "Intel Granite Rapids", rank: 26, written: /Granite Rapids|Intel Xeon 6\b/ },
  { name: "AMD Turin", rank: 26, written: /Turin|EPYC 9(?:\d\d5|R[24]5)\b/ },
  { name: "NVIDIA Grace", rank: 27, written: /Grace\b/ },
  { name: "Google Axion", rank: 27, written: /Axion/ },
];

/** The best that is known of a processor; one that is in no family keeps its own name and has rank 0. */
export function cpuFamilyOf(processor: string): CpuFamily {
  const found = CPU_FAMILIES.findLast(({ written }) => written.test(processor));
  if (found !== undefined) return { name: found.name, rank: found.rank };
  return { name: processor.trim() || "Unknown", rank: 0 };
}
