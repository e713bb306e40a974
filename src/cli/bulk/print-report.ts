/** What became of a run, for people and for programs. */
import type { BulkRun } from "../../bulk/bulk-run.ts";
import type { BulkPlace } from "../place/bulk-place.ts";
import type { Io } from "../terminal/io.ts";
import { type Format, printOne } from "../terminal/output.ts";
import { count } from "./run-view.ts";

export async function printReport(io: Io, { runs }: BulkPlace, { name }: BulkRun, format: Format): Promise<void> {
  const counts = await runs.counts(name);
  if (format !== "table") return printOne(io, format, { name, counts });
  io.stdout.write(
    `${name}: ${count(counts.DONE)} done, ${count(counts.FAILED)} failed, ${count(counts.CANCELLED)} cancelled\n`,
  );
}
