/** The example of loops, as its README has people run it: its files as they lie there, its articles served on this machine. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { EXIT } from "../src/errors.ts";
import { cirrus } from "./cli/cirrus.ts";
import { temporaryFolder } from "./embedded/temporary-folder.ts";

const EXAMPLE = join(import.meta.dirname, "../examples/loops");

let cwd: string;
beforeEach(() => {
  cwd = temporaryFolder();
  cpSync(EXAMPLE, cwd, { recursive: true });
});

async function loop(...words: readonly string[]) {
  const ended = await cirrus(["loop", ...words], { cwd, env: { PATH: process.env.PATH ?? "" } });
  expect({ words, code: ended.code }, `${ended.stdout}\n${ended.stderr}`).toEqual({ words, code: EXIT.ok });
  return ended;
}

/** On a port that is free; the registration names it. */
async function serveArticles(): Promise<void> {
  const server = spawn(process.execPath, [join(cwd, "serve-articles.ts"), "0"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => void server.kill());
  const [url] = await once(createInterface(server.stdout), "line");
  const file = join(cwd, "peach.conf/zzebu.yaml");
  const registration = readFileSync(file, "utf8");
  const served = registration.replace("http://127.0.0.1:8765/articles.json", String(url));
  expect(served).not.toBe(registration);
  writeFileSync(file, served);
}

async function resultOf(task: string): Promise<unknown> {
  const { executions } = JSON.parse((await loop("show", task, "-o", "json")).stdout);
  expect(executions).toMatchObject([{ outcome: "SUCCEEDED" }]);
  return executions[0].result;
}

describe("the example of loops", () => {
  test("P12: is found good by the check", async () => {
    expect((await loop("check", ".", "--strict")).stderr).toContain("4 tasks in 3 loops");
  });

  test("P12: trains its model, relates its publications and fetches its articles", async () => {
    await serveArticles();
    await loop("run", ".", "--worktree", "--once");
    expect(await resultOf("zzebu/train_model")).toMatchObject({ accuracy: expect.closeTo(0.767, 3), visits: 300 });
    expect(await resultOf("zzebu/train_model_quickly")).toMatchObject({ visits: 300 });
    expect(await resultOf("debr/related_publications")).toMatchObject([{ id: expect.any(Number) }, {}]);
    expect(await resultOf("zzebu/articles")).toEqual([
      "Why the valley floods",
      "Choirs in spring",
      "A new tram for the old town",
    ]);
  });
});
