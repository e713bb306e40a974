/** How far an action is, as its record says it: first it chooses what it is about, then it goes through that page by page. */

/** One thing that an action is about, as it was when it was chosen. */
export interface Target {
  /** A payload ID, a message's ID, a bulk run … */
  readonly id: string;
  /** Of the payload's record; undefined where there was none. */
  readonly version?: number | undefined;
  /** Of the payload, at that time. */
  readonly execution?: string | undefined;
}

export interface Chosen {
  readonly targets: readonly Target[];
  /** Where there may be more. */
  readonly next?: string | undefined;
}

export type Progress =
  /** `counted`: those in the lists before. */
  | { readonly phase: "choose"; readonly list: number; readonly counted: number; readonly after?: string | undefined }
  /** `from`: the first target in the list that is still to be done. Few targets are in `few`, and not in a list. */
  | {
      readonly phase: "do";
      readonly list: number;
      readonly lists: number;
      readonly from: number;
      readonly few?: readonly Target[];
    };

export const BEGINNING: Progress = { phase: "choose", list: 0, counted: 0 };

export function writeProgress(progress: Progress): string {
  return JSON.stringify(progress);
}

export function readProgress(cursor: string | undefined): Progress {
  // Written above and by nothing else.
  return cursor === undefined ? BEGINNING : (JSON.parse(cursor) as Progress);
}

/** What became of one target. */
export type Result = { readonly id: string } & (
  | { readonly outcome: "done" }
  | { readonly outcome: "skipped" | "failed"; readonly reason: string }
);

export const done = (id: string): Result => ({ id, outcome: "done" });
export const skipped = (id: string, reason: string): Result => ({ id, outcome: "skipped", reason });
export const failed = (id: string, reason: string): Result => ({ id, outcome: "failed", reason });

/** What a kind of action does. */
export interface Work {
  /** For people; `count` where it is known: `rerun 214 payloads that FAILED in mirror`. */
  what(count: number | undefined): string;
  /** The next of what it is about. */
  choose(after: string | undefined): Promise<Chosen>;
  /** In the order of the targets; again with the same ones after a crash. */
  perform(targets: readonly Target[]): Promise<readonly Result[]>;
  /** How many at a time. */
  readonly page: number;
}
