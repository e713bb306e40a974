import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { expect, test } from "vitest";
import { shellWord } from "../src/shell-word.ts";

test("a shell takes a text for one word, whatever it holds", () => {
  // No argument of a program holds NUL.
  const text = fc.string({ unit: "binary" }).filter((one) => !one.includes("\0"));
  const quotes = fc.string({ unit: fc.constantFrom("'", '"', "$", "`", "\\", " ", "\n", "*", "é", "a") });
  fc.assert(
    fc.property(fc.array(fc.oneof(text, quotes), { minLength: 1, maxLength: 50 }), (texts) => {
      const printed = execFileSync("sh", ["-c", `printf '%s\\0' ${texts.map(shellWord).join(" ")}`], {
        encoding: "utf8",
      });
      expect(printed.split("\0").slice(0, -1)).toEqual(texts);
    }),
    { numRuns: 20 },
  );
});

test("what needs no quotes has none", () => {
  expect(shellWord("sentinel-2-l2a/workflow-mirror/S2A_33UUP")).toBe("sentinel-2-l2a/workflow-mirror/S2A_33UUP");
});
