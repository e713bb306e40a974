/**
 * Schemas that were read before, in `.cirrus/schemas/` of the project or of the package that a component is of: each is
 * good as long as the files it was made of say the same.
 */
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { isJsonObject, type JsonObject } from "../../json.ts";
import { VERSION } from "../../version.ts";
import type { Component } from "../project.ts";

export interface RememberedSchemas {
  /** Undefined where nothing is remembered, or something changed since; null for one that gives no schema. */
  find(component: Component): JsonObject | null | undefined;
  keep(component: Component, schema: JsonObject | null, files: readonly string[]): void;
}

/** The form of these files, and what else a schema depends on. */
const MADE_BY = `1 ${VERSION} ${process.version}`;

export function rememberSchemas(): RememberedSchemas {
  const hashes = new Map<string, string | undefined>();
  const hashOf = (file: string) => {
    if (!hashes.has(file)) hashes.set(file, hashFile(file));
    return hashes.get(file);
  };
  return {
    find(component) {
      const kept = readKept(pathOf(component));
      if (kept?.madeBy !== MADE_BY || !isJsonObject(kept.files)) return undefined;
      const same = Object.entries(kept.files).every(([file, hash]) => hashOf(file) === hash);
      const { schema = null } = kept;
      return same && (schema === null || isJsonObject(schema)) ? schema : undefined;
    },
    keep(component, schema, files) {
      const path = pathOf(component);
      const text = JSON.stringify({
        madeBy: MADE_BY,
        schema,
        files: Object.fromEntries(files.map((file) => [file, hashOf(file)])),
      });
      try {
        mkdirSync(dirname(path), { recursive: true });
        // Whoever reads meanwhile finds the old file or the new one, whole.
        writeFileSync(`${path}.${process.pid}`, text);
        renameSync(`${path}.${process.pid}`, path);
      } catch {
        // It is only quicker with it: a folder that cannot be written to is no reason to fail.
      }
    },
  };
}

function pathOf({ directory, kind, name }: Component): string {
  return join(directory, "..", "..", ".cirrus", "schemas", `${kind}-${name}.json`);
}

function readKept(path: string): JsonObject | undefined {
  try {
    const kept: unknown = JSON.parse(readFileSync(path, "utf8"));
    return isJsonObject(kept) ? kept : undefined;
  } catch {
    return undefined;
  }
}

function hashFile(file: string): string | undefined {
  try {
    return createHash("sha256").update(readFileSync(file)).digest("base64");
  } catch {
    return undefined;
  }
}
