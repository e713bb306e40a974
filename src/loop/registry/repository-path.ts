/** Paths in YAML are relative to the repository's root and stay within it. */

export type RepositoryPath = { readonly path: string } | { readonly wrong: string; readonly hint: string };

/** `./notebooks//a.ipynb` as Git names it. */
export function repositoryPath(written: string): RepositoryPath {
  if (written.trim() === "") return { wrong: "is empty", hint: RELATIVE };
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (/[\u0000-\u001f\u007f]/.test(written)) return { wrong: "holds a control character", hint: "Rename the file." };
  if (written.startsWith("/") || written.startsWith("~") || /^[A-Za-z]:[\\/]/.test(written)) {
    return { wrong: "is an absolute path", hint: RELATIVE };
  }
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(written)) return { wrong: "is a URL", hint: RELATIVE };
  const parts = written.split("/").filter((part) => part !== "" && part !== ".");
  if (parts.includes("..")) return { wrong: "leads upwards with `..`", hint: RELATIVE };
  if (parts.length === 0) return { wrong: "is a folder", hint: RELATIVE };
  if (parts[0]?.toLowerCase() === ".git") return { wrong: "lies in .git", hint: RELATIVE };
  return { path: parts.join("/") };
}

const RELATIVE = "Write the path from the root of the repository, such as notebooks/train.ipynb.";
