import { join } from "node:path";
import { expect, test } from "vitest";
import { findProjectRoot } from "../../src/project/find-root.ts";
import { writeFolder } from "./project-folder.ts";

test("the root is the nearest folder with a cirrus.yml, from any folder inside it", () => {
  const root = writeFolder({
    "cirrus.yml": "",
    "tasks/publish/deep/file.txt": "",
    "inner/cirrus.yml": "",
    "inner/x/y.txt": "",
  });
  expect(findProjectRoot(root)).toBe(root);
  expect(findProjectRoot(join(root, "tasks/publish/deep"))).toBe(root);
  expect(findProjectRoot(join(root, "inner/x"))).toBe(join(root, "inner"));
});

test("outside any project there is no root", () => {
  expect(findProjectRoot(writeFolder({ "readme.txt": "" }))).toBeUndefined();
});
