/** A lease's receipt: what finish, extend and release need to know of an entry without reading it again. */

import type { Lease } from "../../../bulk/bulk-store.ts";
import type { Retries } from "../../../bulk/retry-policy.ts";
import { CirrusError } from "../../../errors.ts";
import type { RunKey } from "../records/keys.ts";

export interface Receipt {
  readonly run: RunKey;
  readonly queueUrl: string;
  /** Of the message. */
  readonly handle: string;
  readonly position: number;
  readonly lease: string;
  readonly host: string;
  readonly retries: Retries;
}

export function writeReceipt(receipt: Receipt): string {
  return JSON.stringify(receipt);
}

export function readReceipt({ receipt, entry }: Lease): Receipt {
  try {
    return JSON.parse(receipt);
  } catch (cause) {
    throw new CirrusError(`The lease of ${entry.id} has a receipt that is not of this store.`, { cause });
  }
}

/** Holds for as long as the entry is in nobody else's hands, even when its time is over. */
export function isStillHeld({ lease }: Receipt) {
  return { state: "RUNNING", lease } as const;
}
