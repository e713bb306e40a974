/** What all transfers of one run share: how many there are at a time, which objects they have written, and their end. */
import { setMaxListeners } from "node:events";
import pLimit from "p-limit";
import type { Log } from "../../log.ts";
import type { ObjectUrl } from "../../payload/object-store.ts";
import { InvalidInput, TaskStopped } from "../errors.ts";
import type { Item } from "../item.ts";
import type { TaskPorts } from "../ports.ts";
import type { Workdir } from "../workdir.ts";
import type { Naming } from "./upload-options.ts";

interface Run extends Naming {
  readonly ports: TaskPorts;
  readonly workdir: Workdir;
  readonly log: Log;
}

export interface Transfers extends Run {
  /** Aborted with the run's, and when the run is over. */
  readonly signal: AbortSignal;
  /** Waits until fewer than AT_A_TIME others run. */
  transfer<T>(act: () => Promise<T>): Promise<T>;
  /** Within a transfer, where it holds much in memory: an upload in parts has several of them there. */
  large<T>(act: () => Promise<T>): Promise<T>;
  /** Notes that an asset is stored at `url`; throws InvalidInput where another one of this run is. */
  claim(url: ObjectUrl, item: Item, key: string): void;
  /** Nothing is left running afterwards: what a failed run still wrote would meet the next attempt. */
  end(): Promise<void>;
}

export const AT_A_TIME = 16;
const LARGE_AT_A_TIME = 4;

/** A part of an upload. */
export const LARGE_BYTES = 16 * 1024 ** 2;

export function makeTransfers(run: Run, ofRun: AbortSignal): Transfers {
  const over = new AbortController();
  const signal = AbortSignal.any([ofRun, over.signal]);
  // Each transfer listens to it.
  setMaxListeners(0, signal);
  const limit = pLimit(AT_A_TIME);
  const large = pLimit(LARGE_AT_A_TIME);
  const running = new Set<Promise<unknown>>();
  return {
    ...run,
    signal,
    async transfer(act) {
      const own = limit(() => {
        signal.throwIfAborted();
        return act();
      });
      running.add(own);
      try {
        return await own;
      } finally {
        running.delete(own);
      }
    },
    large: (act) => large(act),
    claim: makeClaims(),
    async end() {
      over.abort(new TaskStopped("The run has ended before this transfer"));
      await Promise.allSettled(running);
    },
  };
}

function makeClaims(): Transfers["claim"] {
  const owners = new Map<ObjectUrl, string>();
  return (url, { collection, id }, key) => {
    const owner = `asset "${key}" of item ${id}${collection ? ` of ${collection}` : ""}`;
    const other = owners.get(url) ?? owner;
    owners.set(url, other);
    if (other === owner) return;
    throw new InvalidInput(`${url} would be both ${other} and ${owner}`, {
      hint: "Have the path_template tell items apart, by their id for one, or give the files other names.",
    });
  };
}
