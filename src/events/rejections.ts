/** Port: messages that can never become a payload's execution, kept raw and with the reason, where people can see them. */
import type { BoundedCount, Page } from "../state/state-store.ts";

export interface Rejection {
  /** Deterministic (message and body), so that a message that comes twice is one rejection. */
  readonly id: string;
  readonly at: string;
  /** Stable, kebab-case: `not-json`, `not-a-payload`, `url-not-allowed`, `chain-loop`, … */
  readonly code: string;
  /** What is wrong, where, and what to do; several lines where there are several problems. */
  readonly reason: string;
  readonly payloadId?: string | undefined;
  /** The message as it came. */
  readonly raw: string;
}

export interface Rejections {
  record(rejections: readonly Rejection[]): Promise<void>;
  list(query: { readonly limit?: number | undefined; readonly cursor?: string | undefined }): Promise<Page<Rejection>>;
  get(id: string): Promise<Rejection | undefined>;
  /** How many there were at or after a time; counting stops at `most`. */
  count(since: string, most: number): Promise<BoundedCount>;
}
