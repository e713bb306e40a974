/** Bulk runs of a deployed stage: their queue and history there, with the credentials of whoever calls. */
import { CirrusError, EXIT } from "../../errors.ts";
import type { Io } from "../terminal/io.ts";
import type { Place } from "./backend.ts";
import type { BulkPlace } from "./bulk-place.ts";

export async function openDeployedBulk(_io: Io, place: Place, _data: string): Promise<BulkPlace> {
  throw new CirrusError(`Bulk runs of the stage ${place.stage ?? place.stack} cannot be reached yet.`, {
    hint: "Run it here: leave out --stage and --pool.",
    exitCode: EXIT.usage,
  });
}
