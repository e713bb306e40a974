import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "vite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const CONFIGURATION = join(import.meta.dirname, "../../../dashboard/vite.config.ts");

/** What a browser loads before it shows the first view, and the most that any other view adds. */
const FIRST_LOAD = 100_000;
const ANY_VIEW = 100_000;

interface Chunk {
  readonly file: string;
  readonly isEntry?: boolean;
  readonly imports?: readonly string[];
}

describe("what the page loads", () => {
  let manifest: Readonly<Record<string, Chunk>>;

  /** Built from the sources as they are, never an older page. */
  const page = mkdtempSync(join(tmpdir(), "cirrus-page-"));

  beforeAll(async () => {
    await build({ configFile: CONFIGURATION, logLevel: "error", build: { outDir: page } });
    manifest = JSON.parse(readFileSync(join(page, ".vite/manifest.json"), "utf8"));
  });

  afterAll(() => rmSync(page, { recursive: true, force: true }));

  /** With everything that it needs at once. */
  function filesOf(key: string, found = new Set<string>()): ReadonlySet<string> {
    const chunk = manifest[key];
    if (!chunk) throw new Error(`The manifest has no ${key}`);
    if (found.has(chunk.file)) return found;
    found.add(chunk.file);
    for (const imported of chunk.imports ?? []) filesOf(imported, found);
    return found;
  }

  function compressed(files: Iterable<string>): number {
    let bytes = 0;
    for (const file of files) bytes += gzipSync(readFileSync(join(page, file))).length;
    return bytes;
  }

  test("the first load is at most 100 kB of compressed script, the first view included", () => {
    const files = new Set([...filesOf("index.html"), ...filesOf("src/views/home/home.tsx")]);
    expect(compressed(files)).toBeLessThanOrEqual(FIRST_LOAD);
  });

  test("no view adds more than that before it shows something", () => {
    const first = filesOf("index.html");
    const views = Object.keys(manifest).filter((key) => /^src\/views\/([a-z-]+)\/\1\.tsx$/.test(key));
    expect(views.length).toBeGreaterThan(10);
    for (const view of views) {
      const added = [...filesOf(view)].filter((file) => !first.has(file));
      expect(compressed(added), view).toBeLessThanOrEqual(ANY_VIEW);
    }
  });

  test("no script and no style stands in the document: the content security policy forbids it", () => {
    const document = readFileSync(join(page, "index.html"), "utf8");
    expect(document).not.toMatch(/<style|<script(?![^>]*\ssrc=)[^>]*>|\son\w+=|\sstyle=/);
  });
});
