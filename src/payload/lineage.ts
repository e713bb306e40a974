/** Where a chained payload comes from. It is kept in the state record, so that no task can lose or forge it. */
export interface Lineage {
  /** 0 for a payload that was published, one more for every link of a chain. */
  readonly depth: number;
  /** IDs of the payloads before it in the chain, oldest first. */
  readonly ancestors: readonly string[];
}

/** More links than this are taken for a loop. */
export const MAX_CHAIN_DEPTH = 32;

export const FIRST_LINK: Lineage = { depth: 0, ancestors: [] };
