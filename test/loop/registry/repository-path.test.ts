import { posix } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { repositoryPath } from "../../../src/loop/registry/repository-path.ts";

const part = fc.oneof(fc.constantFrom("..", ".", "", "~", ".git", "a", "C:", "\\", " ", "\n"), fc.string());
const written = fc.array(part, { maxLength: 6 }).map((parts) => parts.join("/"));

test("P12: whatever is written, a path that is taken names a file below the root and is its own short form", () => {
  fc.assert(
    fc.property(written, (text) => {
      const found = repositoryPath(text);
      if ("wrong" in found) return;
      expect(posix.resolve("/root", found.path)).toBe(`/root/${found.path}`);
      expect(repositoryPath(found.path)).toEqual(found);
    }),
    { numRuns: 2000 },
  );
});
