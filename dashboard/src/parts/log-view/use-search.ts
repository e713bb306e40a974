/** What is looked for in a log, and what was found so far; goes on as lines come. */
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { type Hits, makeHits } from "./hits.ts";
import type { LineStore } from "./line-store.ts";
import { makeFinder } from "./make-finder.ts";
import { makeSearch, patternOf } from "./search.ts";

export interface Searching {
  readonly hits: Hits;
  /** `3 lines`, `No line has it`, what is wrong with the expression; empty where nothing is looked for. */
  readonly status: string;
  readonly isWrong: boolean;
}

const TYPING_MS = 200;

export function useSearch(
  store: LineStore,
  count: number,
  typed: string,
  isExpression: boolean,
  isShown: (line: number) => boolean,
): Searching {
  const [, redraw] = useState(0);
  const text = useSettled(typed);
  const search = useRef(makeSearch({ makeFinder, sleep }));
  const key = `${isExpression} ${text}`;
  const state = useMemo<Progress>(() => ({ hits: makeHits(), until: 0 }), [store, key, isShown]);
  const pattern = useMemo(() => (text === "" ? undefined : patternOf(text, isExpression)), [text, isExpression]);

  useEffect(() => () => search.current.stop(), []);
  useEffect(() => {
    if (
      pattern === undefined ||
      "wrong" in pattern ||
      state.isBusy ||
      state.trouble !== undefined ||
      state.until >= count
    )
      return;
    const begin = async () => {
      state.isBusy = true;
      const until = store.count();
      const ended = await search.current.run(pattern, store.blocks(state.until), (found) => {
        state.hits.take(found, isShown);
        redraw((times) => times + 1);
      });
      state.isBusy = false;
      if (ended.outcome === "too-slow") state.trouble = "This expression takes too long; write a simpler one";
      if (ended.outcome === "broken") state.trouble = ended.reason;
      if (ended.outcome === "found") state.until = until;
      redraw((times) => times + 1);
    };
    void begin();
  }, [store, count, state, state.isBusy, pattern, isShown]);
  // What was looked for before is left.
  useEffect(() => () => search.current.stop(), [state]);

  if (pattern !== undefined && "wrong" in pattern) {
    return { hits: state.hits, status: `No expression: ${pattern.wrong}`, isWrong: true };
  }
  return { hits: state.hits, status: statusText(state, text), isWrong: state.trouble !== undefined };
}

/** What was typed, once nobody types for a moment. */
function useSettled(typed: string): string {
  const [settled, setSettled] = useState(typed);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(typed), TYPING_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  return settled;
}

interface Progress {
  readonly hits: Hits;
  /** Lines before this one have been searched. */
  until: number;
  isBusy?: boolean;
  /** Why it did not get to the end. */
  trouble?: string;
}

function statusText({ hits, until, isBusy, trouble }: Progress, text: string): string {
  if (text === "") return "";
  if (trouble !== undefined) return trouble;
  const count = hits.count();
  const lines = `${count.toLocaleString("en")} ${count === 1 ? "line" : "lines"}`;
  if (isBusy || until === 0) return count > 0 ? `${lines} so far…` : "Searching…";
  return count === 0 ? "No line has it" : lines;
}

function sleep(ms: number): Promise<undefined> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
