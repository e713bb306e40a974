/** Paths in YAML are relative to the repository's root and stay within it. */

export type RepositoryPath = { readonly path: string } | { readonly wrong: string; readonly hint: string };

/** `./notebooks//a.ipynb` as Git names it. */
export function repositoryPath(written: string): RepositoryPath {
  const parts = written.split("/").filter((part) => part !== "" && part !== ".");
  const path = parts.join("/");
  if (written.startsWith("/") || /^~|^[A-Za-z]:(?:[\\/]|$)/.test(path)) {
    return { wrong: "is an absolute path", hint: RELATIVE };
  }
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(written)) return { wrong: "is a URL", hint: RELATIVE };
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (/[\u0000-\u001f\u007f]/.test(path)) return { wrong: "holds a control character", hint: "Rename the file." };
  if (parts.includes("..")) return { wrong: "leads upwards with `..`", hint: RELATIVE };
  if (path.trim() === "") return { wrong: "names no file", hint: RELATIVE };
  if (parts[0]?.toLowerCase() === ".git") return { wrong: "lies in .git", hint: RELATIVE };
  return { path };
}

const RELATIVE = "Write the path from the root of the repository, such as notebooks/train.ipynb.";
