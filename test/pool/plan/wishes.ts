/** Constraints and work at random, and the same constraints loosened in places. */
import fc from "fast-check";
import type { PoolConstraints } from "../../../src/pool/plan/constraints.ts";
import type { PoolWork } from "../../../src/pool/plan/work.ts";

/** Mostly nothing: of eighteen constraints a few are enough. */
function maybe<T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> {
  return fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: value });
}

const count = (most: number) => maybe(fc.integer({ min: 1, max: most }));

export const constraints: fc.Arbitrary<PoolConstraints> = fc.record({
  useSpot: maybe(fc.boolean()),
  maxCpu: maybe(fc.constantFrom(1, 2, 4, 6)),
  minTotalMemory: maybe(fc.constantFrom(2, 8, 16)),
  cpusPerTask: maybe(fc.constantFrom(0.5, 1, 2, 3)),
  minMemoryPerTask: maybe(fc.constantFrom(0.5, 2, 7)),
  maxMemoryPerTask: maybe(fc.constantFrom(2, 4, 16)),
  minLocalSsdPerTask: maybe(fc.constantFrom(0, 50, 150)),
  minTasksPerInstance: count(3),
  maxTasksPerInstance: count(8),
  minSimultaneousTasks: count(6),
  maxSimultaneousTasks: count(30),
  minInstances: count(3),
  maxInstances: count(20),
  minTotalCpus: count(6),
  maxTotalCpus: count(40),
  minTotalPricePerHour: maybe(fc.integer({ min: 1, max: 100 }).map((cents) => cents / 100)),
  maxTotalPricePerHour: maybe(fc.integer({ min: 1, max: 300 }).map((cents) => cents / 100)),
  maxTotalCost: maybe(fc.integer({ min: 1, max: 500 }).map((cents) => cents / 100)),
  onDemandShare: maybe(fc.constantFrom(0, 0.3, 1)),
});

export const work: fc.Arbitrary<PoolWork> = fc.record({
  entries: fc.integer({ min: 1, max: 60 }),
  secondsPerTask: fc.option(fc.integer({ min: 1, max: 3600 }), { nil: undefined }),
  spent: maybe(fc.constantFrom(0.1, 1)),
});

/** Less of a minimum, more of a maximum, smaller tasks, or nothing said any more. */
function looser(name: keyof PoolConstraints, value: unknown): unknown {
  if (typeof value !== "number") return undefined;
  if (name.startsWith("max")) return value * 2;
  return name === "cpusPerTask" ? value / 2 : Math.floor(value / 2) || undefined;
}

export function loosened(given: PoolConstraints, which: readonly (keyof PoolConstraints)[]): PoolConstraints {
  const changed = which.filter((name) => given[name] !== undefined).map((name) => [name, looser(name, given[name])]);
  return { ...given, ...Object.fromEntries(changed) };
}
