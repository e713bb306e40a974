/** Takes the findings that are justified in suppressions.yml from the others, and the justifications that nothing needs. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import * as z from "zod";
import type { Finding } from "./linters.ts";

const suppression = z.strictObject({
  rule: z.string(),
  /** Logical IDs, where `*` stands for any letters and digits; every resource where it is not given. */
  resources: z.array(z.string().regex(/^[\w/*]+$/)).default(["*"]),
  reason: z.string().min(30),
});
export type Suppression = z.output<typeof suppression>;

export interface Judgement {
  readonly unjustified: readonly Finding[];
  /** `rule: resource` */
  readonly unused: readonly string[];
}

export function readSuppressions(): readonly Suppression[] {
  return z.array(suppression).parse(parse(readFileSync(join(import.meta.dirname, "suppressions.yml"), "utf8")));
}

export function judge(findings: readonly Finding[], suppressions: readonly Suppression[]): Judgement {
  const pairs = suppressions.flatMap(({ rule, resources }) => resources.map((pattern) => ({ rule, pattern })));
  const used = new Set<(typeof pairs)[number]>();
  const unjustified = findings.filter((finding) => {
    const pair = pairs.find(({ rule, pattern }) => rule === finding.rule && matches(finding.resource, pattern));
    if (pair !== undefined) used.add(pair);
    return pair === undefined;
  });
  const unused = pairs.filter((pair) => !used.has(pair)).map(({ rule, pattern }) => `${rule}: ${pattern}`);
  return { unjustified, unused };
}

function matches(resource: string, pattern: string): boolean {
  return new RegExp(`^${pattern.replaceAll("*", "[\\w/]*")}$`).test(resource);
}
