/** Tells when it is worth asking again: the server's events, or a clock that slows down while nothing changes. */
import { listenToNews, type News } from "./news.ts";
import { makePacer } from "./pacer.ts";

let mode: "events" | "poll" = "poll";
let news: News | undefined;
const followers = new Set<() => void>();

/** As `/v1/info` says. */
export function setLive(kind: "events" | "poll"): void {
  mode = kind;
  document.addEventListener("visibilitychange", listen);
  listen();
}

/**
 * Has `ask` called whenever something may have changed, never while the page is hidden. `ask` says whether the answer was
 * another than before. Returns how to end it.
 */
export function follow(ask: () => Promise<boolean>): () => void {
  const { wake, stop } = makePacer({ ask, isHidden: () => document.hidden, hasNews });
  followers.add(wake);
  document.addEventListener("visibilitychange", wake);
  listen();
  return () => {
    stop();
    followers.delete(wake);
    document.removeEventListener("visibilitychange", wake);
    listen();
  };
}

/** Without a connection it is asked as where there are no events. */
function hasNews(): boolean {
  return news?.isOpen() === true;
}

/** As long as anybody follows and looks: a browser has six connections to a server, for all of its tabs. */
function listen(): void {
  const wanted = mode === "events" && followers.size > 0 && !document.hidden;
  if (!wanted) {
    news?.close();
    news = undefined;
  } else if (news === undefined || news.isOver()) {
    news = listenToNews("/v1/changes", () => {
      for (const wake of followers) wake();
    });
  }
}
