/** Writes more than a pipe holds without keeping it all in memory: it waits while the reader is behind. */
import type { Output } from "./io.ts";

export async function writeThrough(output: Output, text: string): Promise<void> {
  if (output.write(text) !== false || output.once === undefined) return;
  await new Promise<void>((resolve) => output.once?.("drain", resolve));
}
