/** The formats of task files: told by the file's name, or else by how it begins. */
import { BrokenTaskFile } from "./finding.ts";

export const FORMATS = ["json", "jsonl", "yaml", "csv"] as const;
export type Format = (typeof FORMATS)[number];

const EXTENSIONS: Readonly<Record<string, Format>> = {
  json: "json",
  jsonl: "jsonl",
  ndjson: "jsonl",
  yaml: "yaml",
  yml: "yaml",
  csv: "csv",
};

/** Of a path or URL: `.json`, `.json.gz`; undefined where it says nothing. */
export function formatOfName(name: string): Format | undefined {
  const [, extension] = /\.([a-z]+)(?:\.gz)?$/i.exec(name.replace(/[?#].*$/s, "")) ?? [];
  return extension === undefined ? undefined : EXTENSIONS[extension.toLowerCase()];
}

export function isModule(name: string): boolean {
  return /\.[cm]?[jt]s$/i.test(name) && !/^[a-z0-9+.-]+:\/\//i.test(name);
}

/** By the first bytes of a file that has no telling name. */
export function formatOfText(head: string): Format {
  const start = head.trimStart();
  if (start.startsWith("[")) return "json";
  if (start.startsWith("{")) return /^\{\s*\n/.test(start) ? "json" : "jsonl";
  if (/^(?:[#%-]|task_id\s*:|data\s*:)/.test(start)) return "yaml";
  const [header = ""] = start.split("\n");
  if (/[,;\t]/.test(header) || /^"?(?:task_)?id"?\r?$/.test(header)) return "csv";
  throw new BrokenTaskFile({
    code: "unknown-format",
    line: 1,
    message: "its format can be told neither by its name nor by how it begins",
    hint: `Name it with an extension (.${Object.keys(EXTENSIONS).join(", .")}, each also with .gz), or name its format: ${FORMATS.join(", ")}.`,
  });
}
