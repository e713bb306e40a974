/** Every attempt of a run as a line of JSON. */
import type { BulkRuns } from "../../bulk/bulk-store.ts";
import { attemptsOf } from "./read-rows.ts";
import { writeTexts } from "./write-texts.ts";

/** How many there are. */
export async function writeAttempts(runs: BulkRuns, run: string, file: string): Promise<number> {
  let count = 0;
  async function* lines(): AsyncGenerator<string> {
    for await (const attempt of attemptsOf(runs, { run })) {
      count += 1;
      yield `${JSON.stringify(attempt)}\n`;
    }
  }
  await writeTexts(file, lines());
  return count;
}
