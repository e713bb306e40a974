/** Tells when it is worth asking again: the server's events, or a clock that slows down while nothing changes. */

/** Between two askings, at least: a busy place changes many times in a second. */
const SHORTEST_MS = 1000;
const FIRST_MS = 2000;
const LONGEST_MS = 15_000;

/** Asks again; true where the answer was another than before. */
type Ask = () => Promise<boolean>;

let mode: "events" | "poll" = "poll";
let source: EventSource | undefined;
const followers = new Set<() => void>();

/** As `/v1/info` says. */
export function setLive(kind: "events" | "poll"): void {
  mode = kind;
  for (const wake of followers) wake();
}

/** The next pause after one in which something changed, or nothing did. */
export function nextPause(pause: number, changed: boolean): number {
  return changed ? FIRST_MS : Math.min(LONGEST_MS, pause * 1.5);
}

/** Has `ask` called whenever something may have changed, never while the page is hidden. Returns how to end it. */
export function follow(ask: Ask): () => void {
  let pause = FIRST_MS;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let asking = false;
  let dirty = false;

  const run = async () => {
    timer = undefined;
    if (document.hidden) return;
    asking = true;
    dirty = false;
    const changed = await ask().catch(() => false);
    asking = false;
    pause = nextPause(pause, changed);
    if (mode === "poll") plan(pause);
    else plan(dirty ? SHORTEST_MS : LONGEST_MS);
  };
  const plan = (ms: number) => {
    clearTimeout(timer);
    timer = setTimeout(run, ms);
  };
  const wake = () => {
    dirty = true;
    if (!asking) plan(SHORTEST_MS / 4);
  };

  followers.add(wake);
  document.addEventListener("visibilitychange", wake);
  listen();
  plan(FIRST_MS);
  return () => {
    clearTimeout(timer);
    followers.delete(wake);
    document.removeEventListener("visibilitychange", wake);
    listen();
  };
}

/** One connection for the whole page, as long as anybody follows. */
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
