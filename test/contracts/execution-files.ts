/** What every place for the files of executions must do: logs that are read while they grow, and the executed notebook. */
import { appendFileSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { ExecutionFiles } from "../../src/loop/execution-files.ts";
import { type LoopsUnderTest, type LoopWorld, type MakeLoops, makeLoopWorld, newExecutionId } from "./loop-world.ts";

const AT = "2030-01-01T00:00:01.000Z";
const NOTEBOOK = '{"nbformat": 4, "cells": []}';
/** None of them is an ID, and some would lead elsewhere. */
const AWKWARD = ["..", "../other", "a/../../b", "/etc/hostname", "", ".", "a\u0000b", "x".repeat(200), "%2e%2e"];

export function describeExecutionFiles(name: string, make: MakeLoops): void {
  let under: LoopsUnderTest;
  let files: ExecutionFiles;
  let world: LoopWorld;
  let id: string;
  beforeEach(async () => {
    under = await make();
    files = under.files;
    world = makeLoopWorld(under);
    id = newExecutionId();
  });
  afterEach(() => under.close());

  const text = (...messages: string[]) => messages.map((message) => `${AT} ${message}\n`).join("");
  const lines = (...messages: string[]) => messages.map((message) => ({ at: AT, message }));

  async function readAll(execution: string, after?: string) {
    const all: { readonly at: string; readonly message: string }[] = [];
    for (let from = after; ; ) {
      const { lines, next } = await files.log(execution, from);
      if (lines.length === 0) return all;
      all.push(...lines);
      from = next;
    }
  }

  describe(`${name} as the files of executions`, () => {
    test("P11: what an execution wrote is read line by line, with the times", async () => {
      const { log } = await files.open(id);
      writeFileSync(log, text("größer 日本", "", "two  spaces "));
      await files.keep(id);
      await world.expectToTell(() => readAll(id), lines("größer 日本", "", "two  spaces "));
    });

    test("P11: a log is read while it grows, from where the last reading ended", async () => {
      const { log } = await files.open(id);
      writeFileSync(log, text("one"));
      await files.keep(id);
      await world.expectToTell(async () => (await files.log(id)).lines, lines("one"));
      const { next } = await files.log(id);
      expect((await files.log(id, next)).lines).toEqual([]);
      appendFileSync(log, text("two", "three"));
      await files.keep(id);
      await world.expectToTell(() => readAll(id, next), lines("two", "three"));
      await world.expectToTell(() => readAll(id), lines("one", "two", "three"));
    });

    test("a line is read once it is whole", async () => {
      const { log } = await files.open(id);
      writeFileSync(log, `${text("one")}${AT} tw`);
      await files.keep(id);
      await world.expectToTell(async () => (await files.log(id)).lines, lines("one"));
      const { next } = await files.log(id);
      appendFileSync(log, "o\n");
      await files.keep(id);
      await world.expectToTell(() => readAll(id, next), lines("two"));
    });

    test("a long log comes whole, in as many parts as it takes", async () => {
      const { log } = await files.open(id);
      const messages = Array.from({ length: 60_000 }, (_, index) => `${index} ${"x".repeat(80)}`);
      writeFileSync(log, text(...messages));
      await files.keep(id);
      await world.expectSoon(
        async () => (await readAll(id)).map(({ message }) => message),
        (told) => expect(told).toEqual(messages),
      );
    });

    test("nothing is told of an execution that has written nothing, and what it writes later from there on", async () => {
      const { lines: none, next } = await files.log(id);
      expect(none).toEqual([]);
      const { log } = await files.open(id);
      await files.keep(id);
      expect(await readAll(id)).toEqual([]);
      expect(await files.notebook(id)).toBeUndefined();
      writeFileSync(log, text("one"));
      await files.keep(id);
      await world.expectToTell(() => readAll(id, next), lines("one"));
    });

    test("the executed notebook is kept beside the log, the last one that was written", async () => {
      const { notebook } = await files.open(id);
      writeFileSync(notebook, "{}");
      await files.keep(id);
      writeFileSync(notebook, NOTEBOOK);
      await files.keep(id);
      await world.expectToTell(() => files.notebook(id), NOTEBOOK);
      expect(await readAll(id)).toEqual([]);
    });

    test("a folder that is opened again has what was written into it", async () => {
      const first = await files.open(id);
      writeFileSync(first.log, text("one"));
      const again = await files.open(id);
      expect(again).toEqual(first);
      appendFileSync(again.log, text("two"));
      await files.keep(id);
      await world.expectToTell(() => readAll(id), lines("one", "two"));
    });

    test("every execution has files of its own", async () => {
      const ids = [id, newExecutionId(), newExecutionId()];
      for (const one of ids) {
        const { log, notebook } = await files.open(one);
        writeFileSync(log, text(`log of ${one}`));
        writeFileSync(notebook, `"${one}"`);
        await files.keep(one);
      }
      for (const one of ids) {
        await world.expectToTell(() => readAll(one), lines(`log of ${one}`));
        await world.expectToTell(() => files.notebook(one), `"${one}"`);
      }
    });

    test("those that are removed are gone, and no others", async () => {
      const other = newExecutionId();
      for (const one of [id, other]) {
        const { log, notebook } = await files.open(one);
        writeFileSync(log, text("one"));
        writeFileSync(notebook, NOTEBOOK);
        await files.keep(one);
      }
      await files.remove([id, newExecutionId()]);
      await world.expectToTell(() => readAll(id), []);
      await world.expectToTell(() => files.notebook(id), undefined);
      await world.expectToTell(() => readAll(other), lines("one"));
      await world.expectToTell(() => files.notebook(other), NOTEBOOK);
      await files.remove([]);
    });

    test("what is no ID has no files, and leads nowhere", async () => {
      for (const awkward of AWKWARD) {
        await expect(files.open(awkward)).rejects.toThrow("is not the ID of an execution");
        expect((await files.log(awkward)).lines).toEqual([]);
        expect(await files.notebook(awkward)).toBeUndefined();
        await files.remove([awkward]);
      }
    });

    test("a place that no reading gave is refused", async () => {
      await expect(files.log(id, "nonsense")).rejects.toThrow("is not a place in a log");
    });
  });
}
