/** Places in the log of an execution, as readers get and give them back. */
import { CirrusError, EXIT } from "../errors.ts";

/** Bytes from the beginning, which is the place where none is given. */
export function readLogPlace(after = "0"): number {
  if (/^\d{1,15}$/.test(after)) return Number(after);
  throw new CirrusError(`"${after}" is not a place in a log.`, {
    hint: "Pass `next` of the reading before, or leave it out to start at the beginning.",
    exitCode: EXIT.usage,
  });
}
