/** Reads a log to its end, page by page, and goes on while it grows. */
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import type { LogPageView } from "../../../../src/api/shapes/executions.ts";
import type { Problem } from "../../../../src/api/shapes/problem.ts";
import { getOnce, type Params } from "../../api/client.ts";
import { problemFrom } from "../../api/use-query.ts";
import { withQuery } from "../../routes.ts";
import { type LineStore, makeLineStore } from "./line-store.ts";

export interface LogSource {
  readonly path: string;
  readonly params?: Params;
}

export interface LogReading {
  /** Another one for another source; filled in place. */
  readonly store: LineStore;
  readonly count: number;
  /** `reading`: there is more at once. `growing`: more may come. */
  readonly rest: "reading" | "growing" | "ended";
  readonly problem: Problem | undefined;
  retry(): void;
}

/** The first page is there soon, those after it are few. */
const FIRST_LINES = 1_000;
const PAGE_LINES = 10_000;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 10_000;

export function useLog({ path, params = {} }: LogSource): LogReading {
  const url = withQuery(path, params);
  const [, redraw] = useState(0);
  const [asked, setAsked] = useState(0);
  const reading = useRef(started(url));
  if (reading.current.url !== url) reading.current = started(url);
  const current = reading.current;

  // A new number in `asked` goes on after a problem.
  useEffect(() => {
    const control = new AbortController();
    const tell = eachFrame(() => redraw((times) => times + 1));
    current.problem = undefined;
    readOn(current, control.signal, tell.soon).catch((error: unknown) => {
      if (control.signal.aborted) return;
      current.problem = problemFrom(error);
      tell.soon();
    });
    return () => {
      control.abort();
      tell.end();
    };
  }, [current, asked]);

  return {
    store: current.store,
    count: current.store.count(),
    rest: current.rest,
    problem: current.problem,
    retry: useCallback(() => setAsked((times) => times + 1), []),
  };
}

interface Reading {
  readonly url: string;
  readonly store: LineStore;
  cursor: string | undefined;
  rest: LogReading["rest"];
  problem: Problem | undefined;
}

function started(url: string): Reading {
  return { url, store: makeLineStore(), cursor: undefined, rest: "reading", problem: undefined };
}

async function readOn(reading: Reading, signal: AbortSignal, tell: () => void): Promise<void> {
  let pause = FIRST_PAUSE_MS;
  for (;;) {
    const limit = reading.store.count() === 0 ? FIRST_LINES : PAGE_LINES;
    const page = await getOnce<LogPageView>(reading.url, { cursor: reading.cursor, limit }, signal);
    if (signal.aborted) return;
    reading.store.add(page.lines);
    reading.cursor = page.next ?? reading.cursor;
    reading.rest = page.rest === "more" ? "reading" : page.rest;
    tell();
    if (page.rest === "ended") return;
    if (page.rest === "more") continue;
    pause = page.lines.length > 0 ? FIRST_PAUSE_MS : Math.min(LONGEST_PAUSE_MS, pause * 1.5);
    await rest(pause, signal);
  }
}

/** Also until somebody looks: nothing is asked for a page that is hidden. */
async function rest(ms: number, signal: AbortSignal): Promise<void> {
  await new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => clearTimeout(timer), { once: true });
  });
  if (!document.hidden) return;
  await new Promise((resolve) => document.addEventListener("visibilitychange", resolve, { once: true, signal }));
}

/** A log that arrives fast is drawn a few times a second, not once a page. */
function eachFrame(draw: () => void) {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return {
    soon() {
      timer ??= setTimeout(() => {
        timer = undefined;
        draw();
      }, 80);
    },
    end: () => clearTimeout(timer),
  };
}
