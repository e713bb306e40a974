import { expect, test } from "vitest";
import { configurationFiles } from "../../../src/loop/registry/configuration-files.ts";

const found = (...paths: readonly string[]) => {
  const { files, problems } = configurationFiles(paths);
  return { files, problems: problems.map(({ code, severity, file }) => [severity, code, ...(file ? [file] : [])]) };
};

test("P17: peach.yaml is read at the root only", () => {
  expect(found("peach.yaml", "notebooks/a.ipynb", "sub/peach.yaml")).toEqual({ files: ["peach.yaml"], problems: [] });
});

test("P18: YAML files are read in peach.conf and in its first-level subfolders", () => {
  expect(found("peach.conf/b.yaml", "peach.conf/a.yaml", "peach.conf/debr/x.yaml", "peach.conf/README.md")).toEqual({
    files: ["peach.conf/a.yaml", "peach.conf/b.yaml", "peach.conf/debr/x.yaml"],
    problems: [],
  });
});

test("P18: a deeper file is not read, and a warning says so", () => {
  expect(found("peach.conf/a.yaml", "peach.conf/debr/news/deep.yaml")).toEqual({
    files: ["peach.conf/a.yaml"],
    problems: [["warning", "not-read", "peach.conf/debr/news/deep.yaml"]],
  });
});

test("P17: peach.yaml and peach.conf are both read where both are there", () => {
  expect(found("peach.yaml", "peach.conf/a.yaml").files).toEqual(["peach.conf/a.yaml", "peach.yaml"]);
});

test("P19: files that end in .yml are read, with a warning; what is no YAML file is not", () => {
  expect(found("peach.yml", "peach.conf/a.yml", "peach.conf/b.json", "peach.conf/c.yaml.bak")).toEqual({
    files: ["peach.conf/a.yml", "peach.yml"],
    problems: [
      ["warning", "short-suffix", "peach.conf/a.yml"],
      ["warning", "short-suffix", "peach.yml"],
    ],
  });
});

test("P17: a repository that registers nothing says where it was looked, and what looks alike", () => {
  expect(found("README.md").problems).toEqual([["error", "nothing-registered"]]);
  expect(configurationFiles(["Peach.yaml"]).problems[0]?.hint).toMatch(/^There is Peach\.yaml/);
  expect(configurationFiles(["sub/peach.conf/a.yaml"]).problems[0]?.hint).toMatch(
    /^There is sub\/peach\.conf\/a\.yaml/,
  );
  expect(configurationFiles(["peach.conf"]).problems[0]?.hint).toBe(
    "peach.conf is a file here: it has to be a folder.",
  );
});
