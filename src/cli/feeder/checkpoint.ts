/** `--checkpoint`: how far a feeder is, in a file of one's own. */
import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { CirrusError, EXIT } from "../../errors.ts";
import { type Positions, parseReached, type RunName } from "../../feeder/positions.ts";
import { isJsonObject } from "../../json.ts";

/** The file is of one run: with other parameters it is refused, as it would leave out what was never found. */
export function checkpointPositions(file: string, cwd: string): Positions {
  const path = resolve(cwd, file);
  return {
    async read(run) {
      const text = await readFile(path, "utf8").catch(() => undefined);
      if (text === undefined) return undefined;
      const reached = parseReached(text, file);
      if (isOf(run, text)) return reached;
      throw new CirrusError(`${file} is a checkpoint of another run: of another feeder, or with other parameters.`, {
        hint: "Name another file, or remove this one to begin again.",
        exitCode: EXIT.conflict,
      });
    },
    async write(run, reached) {
      // Beside it first, so that there is a whole one whatever happens.
      await writeFile(`${path}.new`, `${JSON.stringify({ ...run, ...reached })}\n`);
      await rename(`${path}.new`, path);
    },
    remove: () => rm(path, { force: true }),
  };
}

function isOf({ feeder, digest }: RunName, text: string): boolean {
  const written: unknown = JSON.parse(text);
  return isJsonObject(written) && written.feeder === feeder && written.digest === digest;
}
