/** A project's files are watched for changes that are saved. */
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { watchProject } from "../../src/cli/place/watch-project.ts";
import { temporaryProject, writeFiles } from "./temporary-project.ts";

test("what is saved the moment that a project is watched is told of, in folders that are there and in new ones", async () => {
  const root = temporaryProject({ "tasks/old/definition.yml": "description: old\n" });
  const told: string[] = [];
  const watched = watchProject({ root }, (path) => told.push(path));
  onTestFinished(watched.close);
  await watched.ready;
  const files = ["tasks/old/definition.yml", "workflows/new/definition.yml"];
  writeFiles(root, Object.fromEntries(files.map((file) => [file, "description: new\n"])));
  await expect.poll(() => told).toEqual(expect.arrayContaining(files.map((file) => join(root, file))));
});
