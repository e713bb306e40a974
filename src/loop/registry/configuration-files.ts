/** Which files of a repository register tasks, and which look as if they did. */
import type { FoundProblem } from "./found-problem.ts";

/** At the root: all tasks in one file. */
export const SINGLE_FILE = "peach.yaml";
/** At the root: a folder of many files, which lie in it or in its first-level subfolders. */
export const FOLDER = "peach.conf";

export interface ConfigurationFiles {
  /** In the order of their names. */
  readonly files: readonly string[];
  readonly problems: readonly FoundProblem[];
}

/** `paths`: of all files in the repository. */
export function configurationFiles(paths: readonly string[]): ConfigurationFiles {
  const yaml = paths.filter((path) => SUFFIX.test(path)).sort();
  const files = yaml.filter((path) => path === SINGLE_FILE || path === SHORT_SINGLE_FILE || depthIn(path) <= 1);
  const deep = yaml.filter((path) => depthIn(path) > 1 && depthIn(path) !== Number.POSITIVE_INFINITY);
  const problems = [...deep.map(tooDeep), ...files.filter((file) => file.endsWith(".yml")).map(shortSuffix)];
  return { files, problems: files.length > 0 ? problems : [...problems, nothingThere(paths, deep)] };
}

const SUFFIX = /\.ya?ml$/;
const SHORT_SINGLE_FILE = "peach.yml";

/** 0 directly in the folder, 1 in a subfolder of it; endless outside. */
function depthIn(path: string): number {
  return path.startsWith(`${FOLDER}/`) ? path.split("/").length - 2 : Number.POSITIVE_INFINITY;
}

function tooDeep(file: string): FoundProblem {
  return {
    severity: "warning",
    code: "not-read",
    message: `${file} is not read: it lies too deep in ${FOLDER}`,
    file,
    hint: `Files are read in ${FOLDER} itself and in its first-level subfolders.`,
  };
}

function shortSuffix(file: string): FoundProblem {
  return {
    severity: "warning",
    code: "short-suffix",
    message: `${file} is read, though it does not end in .yaml`,
    file,
    hint: `Call it ${file.replace(/yml$/, "yaml")}: not every tool for these files reads .yml.`,
  };
}

function hintOf(found: string | undefined): string {
  if (found === undefined) return `Commit a ${SINGLE_FILE} with codops and tasks.`;
  return `There is ${found}: only ${SINGLE_FILE} and ${FOLDER} at the root are read.`;
}

function nothingThere(paths: readonly string[], deep: readonly string[]): FoundProblem {
  const elsewhere = paths.find(
    (path) => !deep.includes(path) && (path.endsWith(`/${SINGLE_FILE}`) || path.includes(`/${FOLDER}/`)),
  );
  const likely = paths.find((path) => /^peach[^/]*$/i.test(path) || /^peach\.?conf\//i.test(path));
  const found = likely ?? elsewhere;
  return {
    severity: "error",
    code: "nothing-registered",
    message: `There is neither ${SINGLE_FILE} nor a YAML file in ${FOLDER} at the root of the repository`,
    hint: paths.includes(FOLDER) ? `${FOLDER} is a file here: it has to be a folder.` : hintOf(found),
  };
}
