/** What every part of the reader shares while one project is read. */
import { relative } from "node:path";
import type { JsonObject } from "../../json.ts";
import { isJsonObject } from "../../json.ts";
import { type Report, readYaml, type YamlFile } from "../../yaml/read-yaml.ts";
import { expandReferences } from "../local/references.ts";
import type { Config, Source, Written } from "../project.ts";
import type { Variables } from "../variables/resolve-variables.ts";

export interface Reading {
  /** The project's root, absolute. */
  readonly root: string;
  readonly config: Config;
  readonly variables: Variables;
  readonly report: Report;
  /** The later ones replace parts of those before. */
  readonly layers: readonly Layer[];
}

/** A folder whose parts are read: the package's, then the project's. */
export interface Layer {
  readonly folder: string;
  readonly source: Source;
}

/** A file as problems name it. */
export function showFile(root: string, file: string): string {
  return relative(root, file);
}

export interface Definition extends Written {
  readonly yaml: YamlFile;
  readonly value: JsonObject;
}

/** Reads a YAML file that holds a map, with its variables replaced and its `#{…}` expanded. */
export function readDefinition(file: string, layer: Layer, reading: Reading): Definition | undefined {
  const shown = showFile(reading.root, file);
  const yaml = readYaml(file, shown, reading.report);
  if (yaml === undefined) return undefined;
  const value = expandReferences(reading.variables.resolve(yaml.value, { yaml, folder: layer.folder }));
  if (!isJsonObject(value)) {
    const message = value === null ? `${shown} is empty` : `${shown} holds no map of keys and values`;
    reading.report({ code: "bad-definition", message, file: shown, line: 1, column: 1 });
    return undefined;
  }
  return { file, shown, locate: yaml.locate, yaml, value };
}
