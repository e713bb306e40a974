/** What work comes to on one type of instance: hours, money and interruptions. */
import type { Candidate } from "./candidates.ts";
import type { Asked, PoolWork } from "./work.ts";

export interface Estimate {
  /** USD for running tasks, those that have to be repeated included. */
  readonly workCost: number;
  /** USD for each worker's way to its first task. */
  readonly startCost: number;
  /** Workers that are taken away while they work. */
  readonly interruptions: number;
  /** From the first request to the last result, by the number of workers. */
  readonly seconds: (workers: number) => number;
}

/**
 * A worker is a whole instance, and is paid for as one: ten tasks on workers of eight slots are two workers' time. On how
 * many workers that happens at the same time makes no difference to the work, only to the way there.
 */
export function estimate(candidate: Candidate, slots: number, work: PoolWork, asked: Asked): Estimate {
  const seconds = untilDone(work.secondsPerTask ?? asked.maxRuntime, candidate.interruptionsPerHour);
  const hours = (Math.ceil(work.entries / slots) * seconds) / 3600;
  return {
    workCost: hours * candidate.pricePerHour,
    startCost: (candidate.startSeconds / 3600) * candidate.pricePerHour,
    interruptions: hours * candidate.interruptionsPerHour,
    seconds: (workers) => candidate.startSeconds + Math.ceil(work.entries / (workers * slots)) * seconds,
  };
}

/**
 * A task that is interrupted begins again. Interruptions come at random, so that a task of `seconds` takes
 * (e^(rate × seconds) − 1) / rate until it has run through once.
 */
function untilDone(seconds: number, interruptionsPerHour: number): number {
  if (interruptionsPerHour === 0) return seconds;
  const rate = interruptionsPerHour / 3600;
  return Math.expm1(rate * seconds) / rate;
}
