/** Which language a notebook is written in: all that says so is optional, and kernels say it in different places. */
import { isJsonObject, type JsonObject } from "../json.ts";

/** Kernels whose name is not that of their language. */
const KERNELS: Readonly<Record<string, string>> = {
  ipython: "python",
  pyodide: "python",
  xpython: "python",
  deno: "typescript",
  tslab: "typescript",
  jslab: "javascript",
  nodejs: "javascript",
};

/** Python where nothing is said. */
export function languageOf(raw: JsonObject): string {
  const metadata = isJsonObject(raw.metadata) ? raw.metadata : {};
  const info = isJsonObject(metadata.language_info) ? metadata.language_info : {};
  const kernel = isJsonObject(metadata.kernelspec) ? metadata.kernelspec : {};
  const said = [info.name, kernel.language, kernel.name].find((name) => typeof name === "string" && name !== "");
  if (typeof said !== "string") return "python";
  const name = said.toLowerCase();
  return KERNELS[name] ?? (/^python[\d.]*$/.test(name) ? "python" : name);
}
