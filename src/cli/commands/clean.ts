/** `cirrus clean`: removes what building left. What runs here and what is deployed stay as they are. */
import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join, relative } from "node:path";
import type { Register } from "../commands.ts";
import { findProjectToLook } from "../place/find-project.ts";

const BUILT = [".serverless", ".esbuild"];

export const register: Register = (command, io) => {
  command.description("Remove .serverless/ and .esbuild/. The local state in .cirrus/ is kept.").action(async () => {
    const { root } = findProjectToLook(io);
    const found = BUILT.map((name) => join(root, name)).filter((path) => existsSync(path));
    for (const path of found) await rm(path, { recursive: true });
    const names = found.map((path) => `${relative(io.cwd, path)}/`).join(", ");
    io.stderr.write(found.length === 0 ? "There was nothing to remove.\n" : `Removed ${names}.\n`);
  });
};
