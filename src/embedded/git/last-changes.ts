/** The last commit that changed each of some files, in one walk through the history. */
import { git } from "./git-process.ts";

/** Files that no commit up to this one has changed are left out. */
export async function lastChanges(
  gitFolder: string,
  commit: string,
  paths: readonly string[],
): Promise<Readonly<Record<string, string>>> {
  const wanted = new Set(paths.filter((path) => !/[\n\r]/.test(path)));
  const found = new Map<string, string>();
  let current = "";
  let rest = "";

  /** Between NULs: an empty one and a commit's hash, or a path; the first of a commit's paths follows a line break. */
  function take(field: string): void {
    const text = field.replace(/^\n/, "");
    if (text.startsWith(MARK)) current = text.slice(MARK.length);
    else if (wanted.has(text) && !found.has(text)) found.set(text, current);
  }

  if (wanted.size === 0) return {};
  await git([`--git-dir=${gitFolder}`, "--literal-pathspecs", "log", ...OPTIONS, "--stdin"], {
    input: `${commit}\n--\n${[...wanted].join("\n")}\n`,
    read(chunk) {
      const fields = (rest + chunk.toString("latin1")).split("\0");
      rest = fields.pop() ?? "";
      for (const field of fields) take(Buffer.from(field, "latin1").toString("utf8"));
      return found.size < wanted.size;
    },
  });
  return Object.fromEntries(found);
}

/** No path holds it: it begins with a slash. */
const MARK = "/commit ";

/** A merge counts where it is like none of its parents. */
const OPTIONS = [
  "-z",
  "--name-only",
  "--no-renames",
  "--diff-merges=dense-combined",
  "--no-color",
  `--format=${MARK}%H`,
];
