/** The cheapest pool found by trying everything: each type, each size of worker, each number of workers. */
import type { Offer } from "../../../src/offers/offer.ts";
import type { PoolConstraints } from "../../../src/pool/plan/constraints.ts";
import type { PoolWork } from "../../../src/pool/plan/work.ts";

const EVERYTHING = Number.POSITIVE_INFINITY;
const USABLE_MEMORY = 0.92;
const START_SECONDS = 120;
const NOTHING = 1e-7;

/** USD for the work; undefined where nothing fits. */
export function cheapest(offers: readonly Offer[], constraints: PoolConstraints, work: PoolWork): number | undefined {
  const costs = offers
    .filter((offer) => fits(offer, constraints))
    .flatMap((offer) => {
      const onDemand = offers.find(({ instanceType, spot }) => !spot && instanceType === offer.instanceType);
      return upTo(offer.cpus * 2).flatMap((slots) => {
        if (!holds(offer, slots, constraints)) return [];
        const cost = costOf(offer, slots, work);
        const possible = upTo(Math.ceil(work.entries / slots)).some((workers) =>
          isAllowed(offer, onDemand?.pricePerHour ?? 0, slots, workers, cost, constraints, work),
        );
        return possible ? [cost] : [];
      });
    });
  return costs.length === 0 ? undefined : Math.min(...costs);
}

function upTo(most: number): readonly number[] {
  return Array.from({ length: most }, (_, index) => index + 1);
}

function fits({ spot, cpus, memoryGB }: Offer, { useSpot, maxCpu = EVERYTHING, minTotalMemory = 0 }: PoolConstraints) {
  return (useSpot === undefined || spot === useSpot) && cpus <= maxCpu && memoryGB >= minTotalMemory;
}

function holds({ cpus, memoryGB, localSsdGB }: Offer, slots: number, constraints: PoolConstraints): boolean {
  const { cpusPerTask = 1, minMemoryPerTask = 0, maxMemoryPerTask = EVERYTHING } = constraints;
  const { minTasksPerInstance = 1, maxTasksPerInstance = EVERYTHING, minLocalSsdPerTask = 0 } = constraints;
  return (
    slots * cpusPerTask <= cpus &&
    slots * minMemoryPerTask * 1024 + (minMemoryPerTask > 0 ? 256 : 0) <=
      Math.floor(Math.min(memoryGB * 1024 * USABLE_MEMORY, memoryGB * 1024 - 200)) &&
    slots * minLocalSsdPerTask <= localSsdGB &&
    memoryGB / slots <= maxMemoryPerTask &&
    slots >= minTasksPerInstance &&
    slots <= maxTasksPerInstance
  );
}

function costOf({ spot, pricePerHour, interruptionsPerHour = 0 }: Offer, slots: number, work: PoolWork): number {
  const hours = (work.secondsPerTask ?? 3600) / 3600;
  const rate = spot ? interruptionsPerHour : 0;
  const untilDone = rate === 0 ? hours : (Math.exp(rate * hours) - 1) / rate;
  return Math.ceil(work.entries / slots) * untilDone * pricePerHour;
}

function isAllowed(
  { cpus, pricePerHour, spot }: Offer,
  onDemandPrice: number,
  slots: number,
  workers: number,
  cost: number,
  constraints: PoolConstraints,
  work: PoolWork,
): boolean {
  const { maxInstances = 10, maxSimultaneousTasks = EVERYTHING, maxTotalCpus = EVERYTHING } = constraints;
  const { maxTotalPricePerHour = 10, maxTotalCost = EVERYTHING, onDemandShare = 0 } = constraints;
  const { minInstances = 0, minSimultaneousTasks = 0, minTotalCpus = 0, minTotalPricePerHour = 0 } = constraints;
  const replaced = spot ? Math.ceil(onDemandShare * workers) : 0;
  const highest = replaced * Math.max(onDemandPrice, pricePerHour) + (workers - replaced) * pricePerHour;
  const starting = (workers * pricePerHour * START_SECONDS) / 3600;
  const known = work.secondsPerTask === undefined ? 0 : cost;
  return (
    workers >= minInstances &&
    workers <= maxInstances &&
    workers * slots >= minSimultaneousTasks &&
    workers * slots <= maxSimultaneousTasks &&
    workers * cpus >= minTotalCpus &&
    workers * cpus <= maxTotalCpus &&
    workers * pricePerHour >= minTotalPricePerHour - NOTHING &&
    highest <= maxTotalPricePerHour + NOTHING &&
    (work.spent ?? 0) + known + starting <= maxTotalCost + NOTHING
  );
}
