/** Says in the log how far a large transfer is, so that a long silence means that something is wrong. */
import type { Clock } from "../../clock.ts";
import type { Log } from "../../log.ts";

const EVERY_MS = 10_000;

export interface Progress {
  readonly log: Log;
  readonly clock: Clock;
  readonly item: string;
  readonly asset: string;
  readonly size: number | undefined;
}

/** To be told of every chunk. */
export function makeProgress({ log, clock, item, asset, size }: Progress): (bytes: number) => void {
  let bytes = 0;
  let told = clock.now();
  return (more) => {
    bytes += more;
    const now = clock.now();
    if (now - told < EVERY_MS) return;
    told = now;
    const percent = size === undefined || size === 0 ? undefined : Math.floor((bytes / size) * 100);
    log.info("transferring", { item, asset, bytes, size, percent });
  };
}
