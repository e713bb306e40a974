import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { KNOWN_SCHEMAS, loadSchemas } from "../../src/stac/schemas.ts";

const FOLDER = join(import.meta.dirname, "../../src/stac");
const files = readdirSync(join(FOLDER, "schemas"), { recursive: true, encoding: "utf8" }).filter((file) =>
  file.endsWith(".json"),
);

test("every file is a schema that items can be held against, and none lies there for nothing", () => {
  const source = readFileSync(join(FOLDER, "schemas.ts"), "utf8");
  const named = [...source.matchAll(/import\("\.\/schemas\/([^"]+)"/g)].map(([, file]) => file);
  expect([...new Set(named)].sort()).toEqual(files.sort());
});

test("each says itself that it is the schema of its address", () => {
  for (const file of files.filter((name) => name.startsWith("extensions/"))) {
    const { $id } = JSON.parse(readFileSync(join(FOLDER, "schemas", file), "utf8"));
    expect({ file, known: KNOWN_SCHEMAS.has($id.replace(/#$/, "")) }).toEqual({ file, known: true });
  }
});

test("each loads, and all that one refers to is there", async () => {
  const parts = await loadSchemas([...KNOWN_SCHEMAS]);
  const missing = Object.values(parts)
    .flatMap((schema) => (typeof schema === "object" ? [schema.__absolute_ref__] : []))
    .filter((reference) => reference !== undefined && parts[reference.replace(/#$/, "")] === undefined);
  expect(missing).toEqual([]);
  for (const url of KNOWN_SCHEMAS) expect(parts[url]).toBeTypeOf("object");
});
