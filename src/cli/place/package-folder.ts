/** Where this package lies: a checkout, or a folder in a project's node_modules. */
import { sep } from "node:path";
import { fileURLToPath } from "node:url";

/** `src/cli` is two folders down in both. */
export const PACKAGE_FOLDER = fileURLToPath(new URL("../../..", import.meta.url)).replace(/[\\/]$/, "");

export const IS_INSTALLED = PACKAGE_FOLDER.split(sep).includes("node_modules");
