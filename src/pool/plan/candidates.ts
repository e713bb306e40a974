/** Instance types as a pool could use them: offers of all zones together, with the tasks that one instance takes. */
import { START_SECONDS } from "../../bulk/workers-needed.ts";
import { filterOffers, type OfferFilter } from "../../offers/filter.ts";
import type { Offer } from "../../offers/offer.ts";
import { type ConstraintName, writtenName } from "./constraints.ts";
import type { Asked } from "./work.ts";

export interface Candidate {
  readonly instanceType: string;
  readonly cpuFamily: string;
  /** How many offers it is: one a zone. */
  readonly offers: number;
  readonly cpus: number;
  readonly memoryGB: number;
  /** What is left of the memory for a worker and its tasks. */
  readonly memoryMiB: number;
  readonly gpus: number;
  /** Local SSD that vCPUs and tasks share. */
  readonly ssdGB: number;
  readonly spot: boolean;
  /** Tasks that it has processors, memory and disk for at the same time, and how few there may be. */
  readonly slots: number;
  readonly leastSlots: number;
  /** USD an hour, boot disk included: the mean of its zones, and that of the dearest zone. */
  readonly pricePerHour: number;
  readonly highestPricePerHour: number;
  /** The same on demand; for spot instances the price of their replacement. */
  readonly onDemandPricePerHour: number;
  /** 0 on demand. */
  readonly interruptionsPerHour: number;
  /** Between the request for one and its first task. */
  readonly startSeconds: number;
  readonly bootDiskType: string | undefined;
  readonly bootDiskGB: number;
  /** True where a part of a price is a typical one. */
  readonly estimated: boolean;
}

export interface Reason {
  /** As it is written: `min-cpu 64`. */
  readonly constraint: string;
  /** How many offers it excludes. */
  readonly excluded: number;
  readonly message: string;
}

export interface Candidates {
  readonly candidates: readonly Candidate[];
  readonly excluded: readonly Reason[];
}

/**
 * Of the installed memory the system and the ECS agent keep some, the more the larger the instance: a Nitro instance
 * of 8 GiB registers about 7.6 GiB. A worker that asked for more would never be placed.
 */
const USABLE_MEMORY = 0.92;
/** What they keep of a small one: a t3.micro of 1024 MiB registers some 910. */
const LEAST_KEPT_MIB = 200;
/**
 * What the worker itself takes of its container: with its clients some 120 MB before the first task, and a process that guards
 * it. Where tasks use up all of it, the system ends whichever process it likes, the worker too.
 */
const WORKER_MIB = 256;

/** Where nobody says how often spot instances are taken back: one hour in a hundred ends with it. Most do better. */
export const ASSUMED_INTERRUPTIONS = 0.01;

/** t3, t4g …: of their processors only a part is theirs, and a task that uses them fully pays for each vCPU hour again. */
const BURSTABLE = /^t\d/;

export function findCandidates(offers: readonly Offer[], asked: Asked): Candidates {
  const { offers: kept, excluded } = filterOffers(offers, filterOf(asked));
  const filtered = excluded.map(({ constraint, count }) => excludes(asWritten(constraint), count));
  const onDemand = new Map(offers.filter(({ spot }) => !spot).map((offer) => [keyOf({ ...offer, spot: true }), offer]));
  const all = [...groupZones(kept)].map(([key, zones]) => toCandidate(zones, onDemand.get(key)?.pricePerHour, asked));
  const rules = rulesOf(asked);
  const failing = rules.map(({ name, fails }) => {
    const failed = all.filter(fails);
    const count = failed.reduce((sum, one) => sum + one.offers, 0);
    return excludes(name, count);
  });
  return {
    candidates: all.filter((candidate) => !rules.some(({ fails }) => fails(candidate)) && isUsable(candidate)),
    excluded: [...filtered, ...failing].filter((reason) => reason.excluded > 0),
  };
}

/** The catalogue's options for spot are called otherwise. */
function asWritten(option: string): string {
  const name = option.replace(/^--/, "");
  return name === "spot" || name === "no-spot" ? name.replace("spot", "use-spot") : name;
}

function excludes(constraint: string, count: number): Reason {
  const message = `${constraint} excludes ${count} ${count === 1 ? "offer" : "offers"}`;
  return { constraint, excluded: count, message };
}

/** Local SSD per vCPU is looked at below, since a part of it may be set aside. */
function filterOf(asked: Asked): OfferFilter {
  const { architecture, cpuFamily, minCpuRank, maxCpuRank, instanceTypes, minCpu, maxCpu } = asked;
  const { minTotalMemory, maxTotalMemory, minMemoryPerCpu, maxMemoryPerCpu } = asked;
  const { minLocalSsd, maxLocalSsd, minGpus, maxGpus, useSpot: spot } = asked;
  const processor = { architecture, cpuFamily, minCpuRank, maxCpuRank, instanceTypes, minCpu, maxCpu };
  const memory = { minTotalMemory, maxTotalMemory, minMemoryPerCpu, maxMemoryPerCpu };
  return { ...processor, ...memory, minLocalSsd, maxLocalSsd, minGpus, maxGpus, spot };
}

/** Zones of one type make one candidate; another kind of disk makes another one. */
function keyOf({ instanceType, spot, bootDiskType, bootDiskGB }: Offer): string {
  return [instanceType, spot, bootDiskType, bootDiskGB].join(" ");
}

type Zones = readonly [Offer, ...Offer[]];

function groupZones(offers: readonly Offer[]): ReadonlyMap<string, Zones> {
  const groups = new Map<string, [Offer, ...Offer[]]>();
  for (const offer of offers) {
    const group = groups.get(keyOf(offer));
    if (group === undefined) groups.set(keyOf(offer), [offer]);
    else group.push(offer);
  }
  return groups;
}

/** What no single constraint forbids, all of them together may. */
function isUsable({ slots, leastSlots }: Candidate): boolean {
  return slots >= leastSlots;
}

function toCandidate(zones: Zones, onDemandPrice: number | undefined, asked: Asked): Candidate {
  const [offer] = zones;
  const prices = zones.map(({ pricePerHour }) => pricePerHour);
  const highestPricePerHour = Math.max(...prices);
  const memoryMiB = usableMiB(offer.memoryGB * 1024);
  const ssdGB = Math.max(0, offer.localSsdGB - (asked.localSsdBaseSize ?? 0));
  const instance = { cpus: offer.cpus, memoryGB: offer.memoryGB, memoryMiB, ssdGB };
  const rates = zones.map(({ interruptionsPerHour }) => interruptionsPerHour ?? ASSUMED_INTERRUPTIONS);
  return {
    instanceType: offer.instanceType,
    cpuFamily: offer.cpuFamily,
    offers: zones.length,
    ...instance,
    gpus: offer.gpus,
    spot: offer.spot,
    slots: slotsOf(instance, asked),
    leastSlots: leastSlotsOf(instance, asked),
    pricePerHour: mean(prices),
    highestPricePerHour,
    onDemandPricePerHour: onDemandPrice ?? highestPricePerHour,
    interruptionsPerHour: offer.spot ? mean(rates) : 0,
    startSeconds: START_SECONDS,
    bootDiskType: offer.bootDiskType,
    bootDiskGB: offer.bootDiskGB,
    estimated: zones.some(({ estimated }) => estimated === true),
  };
}

function usableMiB(installedMiB: number): number {
  return Math.floor(Math.min(installedMiB * USABLE_MEMORY, installedMiB - LEAST_KEPT_MIB));
}

/** To a millionth, as AWS writes prices. */
function mean(numbers: readonly number[]): number {
  return Math.round((numbers.reduce((sum, each) => sum + each, 0) / numbers.length) * 1e6) / 1e6;
}

interface Instance {
  readonly cpus: number;
  readonly memoryGB: number;
  readonly memoryMiB: number;
  readonly ssdGB: number;
}

/** Where memory or disk is short an instance takes fewer tasks, rather than none. */
function slotsOf({ cpus, memoryMiB, ssdGB }: Instance, asked: Asked): number {
  const byCpu = cpus / asked.cpusPerTask;
  const byMemory = (memoryMiB - WORKER_MIB) / memoryPerTaskMiB(asked);
  const byDisk = asked.minLocalSsdPerTask ? ssdGB / asked.minLocalSsdPerTask : Number.POSITIVE_INFINITY;
  return Math.floor(Math.min(byCpu, byMemory, byDisk, asked.maxTasksPerInstance ?? Number.POSITIVE_INFINITY));
}

/** With fewer tasks each would have more than it may. */
function leastSlotsOf({ memoryGB, ssdGB }: Instance, asked: Asked): number {
  const { minTasksPerInstance = 1, maxMemoryPerTask, maxLocalSsdPerTask } = asked;
  const byMemory = maxMemoryPerTask === undefined ? 0 : memoryGB / maxMemoryPerTask;
  const byDisk = maxLocalSsdPerTask === undefined || ssdGB === 0 ? 0 : ssdGB / maxLocalSsdPerTask;
  return Math.ceil(Math.max(minTasksPerInstance, byMemory, byDisk));
}

/** 0 where nothing is said of it. */
export function memoryPerTaskMiB(asked: Pick<Asked, "minMemoryPerTask" | "maxMemoryAllowedPerTask">): number {
  return 1024 * Math.max(asked.minMemoryPerTask ?? 0, asked.maxMemoryAllowedPerTask ?? 0);
}

interface Rule {
  readonly name: string;
  readonly fails: (candidate: Candidate) => boolean;
}

function rulesOf(asked: Asked): readonly Rule[] {
  const memoryMiB = memoryPerTaskMiB(asked);
  const rule = (name: ConstraintName, fails: (limit: number, candidate: Candidate) => boolean): readonly Rule[] => {
    const limit = asked[name];
    if (typeof limit !== "number") return [];
    return [{ name: `${writtenName(name)} ${limit}`, fails: (candidate) => fails(limit, candidate) }];
  };
  const burstable = {
    name: "leaving out what is burstable (t3, t4g …) unless instance-types names it",
    fails: isBurstable,
  };
  return [
    ...(asked.instanceTypes === undefined ? [burstable] : []),
    ...rule("cpusPerTask", (least, { cpus }) => cpus < least),
    { name: `memory of ${memoryMiB / 1024} GB for a task`, fails: (one) => one.memoryMiB < memoryMiB + WORKER_MIB },
    ...rule("minTasksPerInstance", (least, { slots }) => slots < least),
    ...rule("maxMemoryPerTask", (most, { memoryGB, slots }) => memoryGB > most * slots),
    ...rule("minLocalSsdPerCpu", (least, { cpus, ssdGB }) => ssdGB < least * cpus),
    ...rule("maxLocalSsdPerCpu", (most, { cpus, ssdGB }) => ssdGB > most * cpus),
    ...rule("minLocalSsdPerTask", (least, { ssdGB }) => ssdGB < least),
    ...rule("maxLocalSsdPerTask", (most, { ssdGB, slots }) => ssdGB > most * slots),
  ];
}

function isBurstable({ instanceType }: Candidate): boolean {
  return BURSTABLE.test(instanceType);
}
