/** Whether the API answers, and whether it still knows who asks: what the banner over the page shows. */
import { useEffect, useState } from "preact/hooks";

export type Connection = "fine" | "lost" | "session-ended";

let connection: Connection = "fine";
const listeners = new Set<(connection: Connection) => void>();

function become(next: Connection): void {
  if (next === connection) return;
  connection = next;
  for (const listener of listeners) listener(next);
}

export function noteUnreachable(): void {
  become("lost");
}

/** Nobody is, or is not any more. */
export function noteSignedOut(): void {
  become("session-ended");
}

/** An answer of 500 or more may be a gateway's, in place of what stands behind it: it changes nothing. */
export function noteAnswered(status: number): void {
  if (status === 401) become("session-ended");
  else if (status < 500) become("fine");
}

/** Returns how to listen no more. */
export function onConnection(listener: (connection: Connection) => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

export function useConnection(): Connection {
  const [known, setKnown] = useState(connection);
  useEffect(() => {
    setKnown(connection);
    return onConnection(setKnown);
  }, []);
  return known;
}
