import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { commandFor, quoted } from "../../../dashboard/src/parts/equivalent-command.ts";

describe("the command that does the same", () => {
  test("names payloads, the reason and the place", () => {
    const payloadIds = ["a/workflow-b/c"];
    expect(commandFor({ kind: "rerun", payloadIds, why: "input mended", replace: true }, " --stage prod")).toBe(
      "npx cirrus payload rerun a/workflow-b/c --replace --reason 'input mended' --stage prod",
    );
  });

  test("says a filter as options", () => {
    const filter = { state: "FAILED", workflow: "mirror", since: "24h", errorPrefix: "Out of" } as const;
    expect(commandFor({ kind: "rerun", filter }, "")).toBe(
      "npx cirrus payload rerun --workflow mirror --state failed --error-prefix 'Out of' --since 24h",
    );
  });

  test("allows as many as the filter chooses, where that is more than the command takes by itself", () => {
    const rerun = { kind: "rerun", filter: { state: "FAILED" } } as const;
    const command = "npx cirrus payload rerun --state failed";
    expect(commandFor(rerun, "", { count: 100, atLeast: false })).toBe(command);
    expect(commandFor(rerun, " --stage prod", { count: 101, atLeast: false })).toBe(
      `${command} --max 101 --stage prod`,
    );
  });

  test("is left out where the filter chooses all there is, or more than was counted", () => {
    expect(commandFor({ kind: "rerun", filter: {} }, "", { count: 2, atLeast: false })).toBeUndefined();
    const filter = { state: "FAILED" } as const;
    expect(commandFor({ kind: "rerun", filter }, "", { count: 10_000, atLeast: true })).toBeUndefined();
  });

  test("takes a long list from the file of IDs that the page exports", () => {
    const payloadIds = Array.from({ length: 21 }, (_, index) => `a/workflow-b/${index}`);
    expect(commandFor({ kind: "rerun", payloadIds }, "")).toBe("npx cirrus payload rerun - < payload-ids.txt");
  });

  test("is left out where the command line has none", () => {
    expect(commandFor({ kind: "mark", payloadIds: ["a/workflow-b/c"], state: "INVALID" }, "")).toBeUndefined();
    expect(commandFor({ kind: "stop", payloadIds: ["a/workflow-b/c", "a/workflow-b/d"] }, "")).toBeUndefined();
  });

  test("asks of loops and bulk runs", () => {
    expect(commandFor({ kind: "loop", do: "pin", task: "zzebu/train", commit: "3f2a9c1" }, "")).toBe(
      "npx cirrus loop pin zzebu/train 3f2a9c1",
    );
    expect(commandFor({ kind: "bulk", run: "squares", do: "retry-failed" }, " --stage dev")).toBe(
      "npx cirrus bulk retry squares --stage dev",
    );
  });

  test("whatever a word holds, a shell takes it for one word as it is", () => {
    const words = fc.array(
      fc.string({ unit: "binary" }).filter((word) => !word.includes("\0") && word.isWellFormed()),
      {
        minLength: 1,
        maxLength: 20,
      },
    );
    fc.assert(
      fc.property(words, (all) => {
        const said = execFileSync("sh", ["-c", `printf '%s\\0' ${all.map(quoted).join(" ")}`], { encoding: "utf8" });
        expect(said.split("\0").slice(0, -1)).toEqual(all);
      }),
      { numRuns: 30 },
    );
  });
});
