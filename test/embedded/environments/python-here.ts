/** The interpreter that `python3` is here, and not what finds it: a shim in between takes longer than most tests. */
import { execFileSync } from "node:child_process";

export const PYTHON = execFileSync("python3", ["-c", "import sys; print(sys.executable)"], { encoding: "utf8" }).trim();
