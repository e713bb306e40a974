/** Real items of several providers, by the names of their files: test/fixtures/items says where they are from. */
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { Item } from "../src/task/index.ts";

const FOLDER = join(import.meta.dirname, "fixtures/items");

export const PROVIDER_ITEMS: readonly string[] = readdirSync(FOLDER)
  .filter((file) => file.endsWith(".json"))
  .map((file) => basename(file, ".json"));

/** A fresh copy each time. */
export function readProviderItem(name: string): Item {
  return JSON.parse(readFileSync(join(FOLDER, `${name}.json`), "utf8"));
}
