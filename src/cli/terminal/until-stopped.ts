/** Commands that go on until somebody stops them wait here. */
import type { Io } from "./io.ts";

export function untilStopped({ signal }: Pick<Io, "signal">): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
