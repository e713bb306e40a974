/** The time, for everything on the page that shows how long ago something was. One timer for all. */
import { useEffect, useState } from "preact/hooks";

const TICK_MS = 5000;
const listeners = new Set<(now: number) => void>();
let timer: ReturnType<typeof setInterval> | undefined;

export function useNow(): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    listeners.add(setNow);
    timer ??= setInterval(tick, TICK_MS);
    return () => {
      listeners.delete(setNow);
      if (listeners.size > 0) return;
      clearInterval(timer);
      timer = undefined;
    };
  }, []);
  return now;
}

function tick(): void {
  if (document.hidden) return;
  for (const listener of listeners) listener(Date.now());
}
