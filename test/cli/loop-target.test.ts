/** What people write for a task, a loop or an execution, and what they meant. */
import { describe, expect, test } from "vitest";
import { findTarget, findTask, looksLikeExecution, shortId } from "../../src/cli/loop/find-target.ts";
import { CirrusError, EXIT } from "../../src/errors.ts";

const known = {
  tasks: ["debr/fetch", "debr/train", "sesr/fetch", "zzebu/zzebu"],
  loops: ["debr", "metadata", "zzebu"],
};

function thrownBy(work: () => unknown): CirrusError {
  try {
    work();
  } catch (thrown) {
    if (thrown instanceof CirrusError) return thrown;
    throw thrown;
  }
  throw new Error("It threw nothing.");
}

describe("a task", () => {
  test("by its key, or by its name where one organisation alone has it", () => {
    expect(findTask("debr/fetch", known)).toBe("debr/fetch");
    expect(findTask("train", known)).toBe("debr/train");
  });

  test("by a name that several organisations have: all of them are named", () => {
    const { message, exitCode } = thrownBy(() => findTask("fetch", known));
    expect(message).toContain("debr/fetch, sesr/fetch");
    expect(exitCode).toBe(EXIT.usage);
  });

  test.each([
    ["trian", "Did you mean train?"],
    ["debr/trian", "Did you mean debr/train?"],
    ["entirely-else", "There are: debr/fetch, debr/train, sesr/fetch, zzebu/zzebu."],
  ])("that is not there: %s → %s", (word, hint) => {
    expect(thrownBy(() => findTask(word, known))).toMatchObject({ exitCode: EXIT.notFound, hint });
  });

  test("where nothing has ever been registered", () => {
    expect(thrownBy(() => findTask("train", { tasks: [] })).hint).toContain("Nothing was registered yet");
  });
});

describe("a loop or a task", () => {
  test("a word that could be both is the loop", () => {
    expect(findTarget("zzebu", known)).toEqual({ kind: "loop", loop: "zzebu" });
    expect(findTarget("zzebu/zzebu", known)).toEqual({ kind: "task", task: "zzebu/zzebu" });
    expect(findTarget("metadata", known)).toEqual({ kind: "loop", loop: "metadata" });
    expect(findTarget("train", known)).toEqual({ kind: "task", task: "debr/train" });
  });

  test("that is neither", () => {
    expect(thrownBy(() => findTarget("metdata", known))).toMatchObject({
      exitCode: EXIT.notFound,
      hint: "Did you mean metadata?",
    });
  });
});

test("an execution is named by its ID or by its end, as lists show it", () => {
  const id = "0198a1b2-c3d4-7000-8000-0123456789ab";
  expect([id, shortId(id)].every(looksLikeExecution)).toBe(true);
  expect(shortId(id)).toBe("456789ab");
  expect(["train", "debr/train", "0123"].some(looksLikeExecution)).toBe(false);
});
