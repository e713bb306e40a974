import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../embedded/temporary-folder.ts";

test("a folder that cannot be written to is named, with what to do", () => {
  const folder = temporaryFolder();
  const readOnly = join(folder, "read-only");
  mkdirSync(readOnly);
  chmodSync(folder, 0o755);
  chmodSync(readOnly, 0o555);
  const code = `
    import { openDataDirectory } from ${JSON.stringify(join(import.meta.dirname, "../../src/runtime/data-directory.ts"))};
    try {
      openDataDirectory(${JSON.stringify(join(readOnly, ".cirrus"))});
    } catch (thrown) {
      console.log(thrown.message, thrown.hint);
    }`;
  // Who may do everything may write there too.
  const nobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
  const args = ["--input-type=module", "-e", code];
  const { stdout } = spawnSync(process.execPath, args, { ...nobody, cwd: folder, encoding: "utf8" });
  expect(stdout).toBe(
    `The folder ${readOnly}/.cirrus cannot be used. Give yourself the right to read and write it, or choose another folder.\n`,
  );
});
