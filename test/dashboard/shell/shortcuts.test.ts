import { describe, expect, test } from "vitest";
import { meaningOf, type Pressed } from "../../../dashboard/src/shortcuts.ts";

const key = (name: string, more: Partial<Pressed> = {}): Pressed => ({
  key: name,
  ctrl: false,
  meta: false,
  alt: false,
  isTaken: false,
  ...more,
});

describe("keys of the page", () => {
  test("Ctrl-K and Cmd-K open the palette, also while text is written", () => {
    expect(meaningOf(key("k", { ctrl: true, isTaken: true }), false, true)).toEqual({ kind: "palette" });
    expect(meaningOf(key("K", { meta: true }), false, false)).toEqual({ kind: "palette" });
  });

  test("a single key means nothing while text is written", () => {
    for (const name of ["?", "/", "g"]) expect(meaningOf(key(name, { isTaken: true }), false, true)).toBeUndefined();
    expect(meaningOf(key("p", { isTaken: true }), true, true)).toBeUndefined();
  });

  test("single keys can be switched off", () => {
    for (const name of ["?", "/", "g"]) expect(meaningOf(key(name), false, false)).toBeUndefined();
  });

  test("g and a letter go to a view; the letter alone does not", () => {
    expect(meaningOf(key("g"), false, true)).toEqual({ kind: "wait" });
    expect(meaningOf(key("p"), true, true)).toEqual({ kind: "go", to: "/dashboard/payloads" });
    expect(meaningOf(key("p"), false, true)).toBeUndefined();
    expect(meaningOf(key("constructor"), true, true)).toBeUndefined();
  });

  test("what the browser means by a key with Ctrl stays the browser's", () => {
    expect(meaningOf(key("g", { ctrl: true }), false, true)).toBeUndefined();
    expect(meaningOf(key("p", { ctrl: true }), true, true)).toBeUndefined();
  });
});
