/** The files that new parts are made from: small real files, with the few values that differ as `__name__`. */
import { readFileSync } from "node:fs";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";

export type Values = Readonly<Record<string, string>>;

/** Beside the sources and beside the compiled modules alike. */
const TEMPLATES = new URL("./templates/", import.meta.url);

export function templatePath(name: string): string {
  return fileURLToPath(new URL(name, TEMPLATES));
}

/** A template with its values; a place that has none is kept as it is. */
export function fillFileTemplate(name: string, values: Values): string {
  const quoted = extname(name) !== ".md";
  return readFileSync(templatePath(name), "utf8").replace(/__([a-zA-Z]+)__/g, (place, key: string) => {
    const value = Object.hasOwn(values, key) ? values[key] : undefined;
    if (value === undefined) return place;
    // In YAML, TypeScript and JSON a text stands between double quotes, which read alike in all three.
    return quoted && key === "description" ? JSON.stringify(value).slice(1, -1) : value;
  });
}
