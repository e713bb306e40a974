/** Tells when it is worth asking again: the server's events, or a clock that slows down while nothing changes. */
import { makePacer } from "./pacer.ts";

let mode: "events" | "poll" = "poll";
let source: EventSource | undefined;
const followers = new Set<() => void>();

/** As `/v1/info` says. */
export function setLive(kind: "events" | "poll"): void {
  mode = kind;
  listen();
}

/**
 * Has `ask` called whenever something may have changed, never while the page is hidden. `ask` says whether the answer was
 * another than before. Returns how to end it.
 */
export function follow(ask: () => Promise<boolean>): () => void {
  const { wake, stop } = makePacer({ ask, isHidden: () => document.hidden, hasNews: () => mode === "events" });
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

/** One connection for the whole page, as long as anybody follows; the browser makes it anew where it breaks. */
function listen(): void {
  const wanted = mode === "events" && followers.size > 0;
  if (!wanted) {
    source?.close();
    source = undefined;
  } else if (!source) {
    source = new EventSource("/v1/changes");
    source.addEventListener("change", () => {
      for (const wake of followers) wake();
    });
  }
}
