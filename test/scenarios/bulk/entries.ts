/** The entries of an unruly run: one of each kind, and then of which kind each is follows from the seed. */
import { makeRandom } from "../../../src/asl/random.ts";
import type { Cause } from "../../../src/bulk/attempt.ts";

export const KINDS = ["exception", "exit", "hang", "memory", "refuse", "ask", "children"] as const;
export type Kind = (typeof KINDS)[number] | "add";

export interface UnrulyEntry {
  readonly task_id: string;
  readonly data: { readonly kind: Kind; readonly n: number };
}

/** What a kind comes to: the cause of its attempts; undefined for what is done. */
export const CAUSE_OF: Readonly<Record<Kind, Cause | "failed" | undefined>> = {
  add: undefined,
  children: undefined,
  exception: "exception",
  exit: "exit",
  hang: "timeout",
  memory: "memory",
  refuse: "failed",
  ask: "requested",
};

/** Each takes seconds; of the others there may be more. */
const SLOW: readonly Kind[] = ["hang", "memory"];

export function unrulyEntries(seed: string, count: number): readonly UnrulyEntry[] {
  const random = makeRandom(`${seed} entries`);
  return Array.from({ length: count }, (_, n) => {
    const kind = KINDS[Math.floor(random.unit() * KINDS.length)] ?? "add";
    const share = SLOW.includes(kind) ? 0.001 : 0.04;
    return { task_id: `entry ${n}`, data: { kind: KINDS[n] ?? (random.unit() < share ? kind : "add"), n } };
  });
}
