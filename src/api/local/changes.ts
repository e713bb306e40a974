/** News for open pages: `GET /v1/changes` tells each of them that something here has changed, so that it asks again. */
import type { Clock } from "../../clock.ts";

/** A page asks again after each, so more of them would only make it busy. */
const LOOK_EVERY_MS = 250;
/** Tells proxies, and the server, that somebody still listens. */
const BEAT_EVERY_MS = 15_000;

export interface Changes {
  /** The news as a stream of server-sent events; whoever cancels it leaves nothing behind. */
  stream(): ReadableStream<Uint8Array>;
}

/** One watcher for all pages, and none while no page is open. `changed`: whether anything has since the last call. */
export function makeChanges(changed: () => boolean, clock: Clock): Changes {
  const listeners = new Set<(news: News) => void>();
  let watching: AbortController | undefined;
  let failing = false;

  function listen(listener: (news: News) => void): () => void {
    listeners.add(listener);
    if (watching === undefined) {
      watching = new AbortController();
      void watch(watching.signal);
    }
    return () => {
      listeners.delete(listener);
      if (listeners.size > 0) return;
      watching?.abort();
      watching = undefined;
    };
  }

  async function watch(signal: AbortSignal): Promise<void> {
    // What was written while nobody listened is no news: a page reads everything when it opens.
    look();
    let beaten = clock.now();
    while (!signal.aborted) {
      await clock.sleep(LOOK_EVERY_MS, signal).catch(() => {});
      if (signal.aborted) return;
      if (look()) tell("change");
      else if (clock.now() - beaten >= BEAT_EVERY_MS) {
        beaten = clock.now();
        tell("beat");
      }
    }
  }

  /** That it cannot be read any more is news once: the page asks, and is told what is wrong. */
  function look(): boolean {
    const failed = failing;
    try {
      const found = changed();
      failing = false;
      return found || failed;
    } catch {
      failing = true;
      return !failed;
    }
  }

  const tell = (news: News) => {
    for (const listener of listeners) listener(news);
  };
  return { stream: () => streamOf(listen) };
}

type News = keyof typeof TEXTS;

const TEXTS = { begin: "retry: 2000\n\n", change: "event: change\ndata: {}\n\n", beat: ": still here\n\n" } as const;

/** A page that is slow to read gets one piece of news for all that it missed. */
function streamOf(listen: (listener: (news: News) => void) => () => void): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let stop = () => {};
  let missed: News | undefined;
  return new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(encoder.encode(TEXTS.begin));
      stop = listen((news) => {
        if ((controller.desiredSize ?? 0) > 0) controller.enqueue(encoder.encode(TEXTS[news]));
        else missed = missed === "change" ? missed : news;
      });
    },
    pull(controller) {
      if (missed === undefined) return;
      controller.enqueue(encoder.encode(TEXTS[missed]));
      missed = undefined;
    },
    cancel: () => stop(),
  });
}
