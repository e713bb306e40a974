/** Searches a log block by block in a worker, so that neither a long log nor a bad expression holds the page up. */
import type { Found, Question } from "./find-in-block.ts";
import type { Block } from "./line-store.ts";

/** What a worker is to this; in tests something that answers at once, or never. It is asked one thing at a time. */
export interface Finder {
  ask(question: Question): Promise<Found>;
  end(): void;
}

export interface SearchPorts {
  makeFinder(): Finder;
  /** Resolves after so many milliseconds. */
  sleep(ms: number): Promise<undefined>;
}

export type SearchOutcome =
  | { readonly outcome: "found" }
  | { readonly outcome: "too-slow" }
  | { readonly outcome: "broken"; readonly reason: string }
  /** Another search took its place. */
  | { readonly outcome: "stopped" };

export interface Pattern {
  readonly expression: string;
  readonly flags: string;
}

/** A block of 256 KiB takes some milliseconds; what takes this long would never come to an end. */
const PATIENCE_MS = 2_000;

/** As it was typed: as text, or as a regular expression. Small letters stand for large ones too, unless a large one was typed. */
export function patternOf(text: string, isExpression: boolean): Pattern | { readonly wrong: string } {
  const expression = isExpression ? text : text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
  const flags = /\p{Lu}/u.test(isExpression ? text.replaceAll(/\\./g, "") : text) ? "" : "i";
  try {
    new RegExp(expression, flags);
    return { expression, flags };
  } catch (thrown) {
    return { wrong: thrown instanceof Error ? thrown.message : String(thrown) };
  }
}

/** One search at a time: a new one stops the one before. `take` gets what each block has, in the order of the blocks. */
export function makeSearch({ makeFinder, sleep }: SearchPorts) {
  let finder: Finder | undefined;
  let isBusy = false;
  let current = 0;

  function stop(): void {
    current += 1;
    // Whatever it is at may go on for ever.
    if (isBusy) end();
  }
  function end(): void {
    finder?.end();
    finder = undefined;
    isBusy = false;
  }

  return {
    stop,
    async run(pattern: Pattern, blocks: Iterable<Block>, take: (found: Found) => void): Promise<SearchOutcome> {
      stop();
      const id = current;
      for (const block of blocks) {
        finder ??= makeFinder();
        isBusy = true;
        const found = await Promise.race([asked(finder, { id, ...pattern, block }), sleep(PATIENCE_MS)]);
        if (id !== current) return { outcome: "stopped" };
        isBusy = false;
        if (found === undefined) {
          end();
          return { outcome: "too-slow" };
        }
        if (found instanceof Error) {
          end();
          return { outcome: "broken", reason: found.message };
        }
        take(found);
      }
      return { outcome: "found" };
    },
  };
}

async function asked(finder: Finder, question: Question): Promise<Found | Error> {
  try {
    return await finder.ask(question);
  } catch (thrown) {
    return thrown instanceof Error ? thrown : new Error(String(thrown));
  }
}
