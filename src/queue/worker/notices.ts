/** Where a machine's provider announces that it takes the machine away; `src/aws` asks an instance for its own. */
import type { Clock } from "../../clock.ts";

export interface Notice {
  /** `termination`: it goes, at `at`. `rebalance`: it is more likely to go than others. */
  readonly kind: "termination" | "rebalance";
  /** Milliseconds since 1970, where it is known. */
  readonly at?: number | undefined;
}

export interface Notices {
  /** The next one that was not told before; undefined once the signal is aborted. */
  next(signal: AbortSignal): Promise<Notice | undefined>;
}

/** For trying out what a worker does then: the notice comes after so many seconds, the end so many after it. */
export function simulateNotices(clock: Clock, afterSeconds: number, delaySeconds = 120): Notices {
  const noticeAt = clock.now() + afterSeconds * 1000;
  let told = false;
  return {
    async next(signal) {
      const rest = told ? Number.MAX_SAFE_INTEGER : Math.max(0, noticeAt - clock.now());
      const isOver = await clock.sleep(rest, signal).then(
        () => false,
        () => true,
      );
      if (isOver) return undefined;
      told = true;
      return { kind: "termination", at: noticeAt + delaySeconds * 1000 };
    },
  };
}
