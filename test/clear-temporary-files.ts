/** What tests, and the programs that they start, leave in the system's folder of temporary files is removed with the run. */
import { chmodSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A short name: the paths of sockets have at most 104 bytes. */
export default function setup(): () => void {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "t-")));
  // As the folder that it stands for: tests start programs as other users.
  chmodSync(folder, 0o755);
  process.env.TMPDIR = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}
