/** Asks before something that is not easily undone; where nobody can answer it says which flag does. */
import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import { CirrusError, EXIT } from "../../errors.ts";
import type { Io } from "./io.ts";

export async function confirm(io: Io, question: string, flag: string): Promise<boolean> {
  if (io.stdin.isTTY !== true || io.env.CI) {
    throw new CirrusError(`${question} Nobody is there to answer.`, { hint: `Add ${flag}.`, exitCode: EXIT.usage });
  }
  const output = new Writable({
    write(chunk, _encoding, done) {
      io.stderr.write(String(chunk));
      done();
    },
  });
  const terminal = createInterface({ input: io.stdin, output });
  try {
    return /^y(es)?$/i.test((await terminal.question(`${question} [y/N] `, { signal: io.signal })).trim());
  } finally {
    terminal.close();
  }
}
