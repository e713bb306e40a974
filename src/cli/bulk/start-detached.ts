/** Works on a run in a process of its own, which goes on when the terminal is closed. */
import { spawn } from "node:child_process";
import { mkdirSync, openSync } from "node:fs";
import { join, relative } from "node:path";
import { EXIT, type ExitCode } from "../../errors.ts";
import type { BulkPlace } from "../place/bulk-place.ts";
import { PACKAGE_FOLDER } from "../place/package-folder.ts";
import type { Io } from "../terminal/io.ts";

/** `args` are those of `cirrus bulk work`. */
export async function startDetached(io: Io, place: BulkPlace, run: string, args: readonly string[]): Promise<ExitCode> {
  const folder = join(place.data, "bulk", "detached");
  mkdirSync(folder, { recursive: true });
  const log = join(folder, `${run}.log`);
  const output = openSync(log, "a");
  const child = spawn(process.execPath, [join(PACKAGE_FOLDER, "bin/cirrus"), "bulk", "work", run, ...args], {
    cwd: io.cwd,
    env: io.env as NodeJS.ProcessEnv, // it is the same shape, read-only
    detached: true,
    stdio: ["ignore", output, output],
  });
  await new Promise<void>((resolve, reject) => child.once("spawn", resolve).once("error", reject));
  child.unref();
  io.stdout.write(`${run}\n`);
  io.stderr.write(
    `Runs in the background (process ${child.pid}, ${relative(io.cwd, log)}).\n` +
      `See how it goes: npx cirrus bulk status ${run} --follow\nStop it: npx cirrus bulk stop ${run}\n`,
  );
  return EXIT.ok;
}
