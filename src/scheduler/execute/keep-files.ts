/** Keeps the files of an execution that goes on where others see them grow. */
import type { Clock } from "../../clock.ts";
import type { ExecutionFiles } from "../../loop/execution-files.ts";

const KEEP_MS = 15_000;

/** The function that is returned ends it: nothing is on its way any more when it resolves. */
export function keepNowAndThen(
  files: Pick<ExecutionFiles, "keep">,
  clock: Clock,
  execution: string,
): () => Promise<void> {
  const over = new AbortController();
  async function keeping(): Promise<void> {
    for (;;) {
      await clock.sleep(KEEP_MS, over.signal);
      // It is kept again, and at the end it is said.
      await files.keep(execution).catch(() => {});
    }
  }
  const kept = keeping().catch(() => {});
  return async () => {
    over.abort();
    await kept;
  };
}
