/** Where a machine's provider announces that it takes the machine away. */

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
