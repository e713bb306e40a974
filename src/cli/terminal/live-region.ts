/** The part of a terminal that is redrawn in place: what others print meanwhile goes above it, and not into it. */
import type { Output } from "./io.ts";

const regions = new WeakMap<Output, (text: string) => void>();

/** `write` puts a text above the region. The function it returns gives the terminal back. */
export function openRegion(output: Output, write: (text: string) => void): () => void {
  regions.set(output, write);
  return () => void regions.delete(output);
}

/** Whole lines, for whoever does not know whether something is drawn below them. */
export function writeLines(output: Output, text: string): void {
  const write = regions.get(output);
  if (write === undefined) output.write(text);
  else write(text);
}
