/** Reads files of commits: those that are asked for in the same moment by one process. */
import { InvalidInput } from "../../errors.ts";
import { git } from "./git-process.ts";

/** Undefined where there is no such file; throws for a symbolic link that leaves the repository. */
export type ReadBlob = (gitFolder: string, commit: string, path: string) => Promise<Uint8Array | undefined>;

export function makeBlobReader(): ReadBlob {
  const batches = new Map<string, Batch>();

  function batchOf(gitFolder: string): Batch {
    const open = batches.get(gitFolder);
    if (open !== undefined) return open;
    const names: string[] = [];
    const answers = new Promise<void>((resolve) => setImmediate(resolve)).then(() => {
      batches.delete(gitFolder);
      return readAll(gitFolder, names);
    });
    const batch = { names, answers };
    batches.set(gitFolder, batch);
    return batch;
  }

  return async (gitFolder, commit, path) => {
    if (/[\n\r]/.test(path)) return undefined; // a line each is what Git is told
    const { names, answers } = batchOf(gitFolder);
    const index = names.push(`${commit}:${path}`) - 1;
    const answer = (await answers)[index];
    if (answer?.kind === "outside") {
      throw new InvalidInput(`${path} is a symbolic link that leaves the repository (${answer.target})`);
    }
    return answer?.kind === "blob" ? answer.content : undefined;
  };
}

interface Batch {
  readonly names: string[];
  readonly answers: Promise<readonly Answer[]>;
}

type Answer =
  | { readonly kind: "blob"; readonly content: Buffer }
  | { readonly kind: "outside"; readonly target: string }
  | { readonly kind: "none" };

async function readAll(gitFolder: string, names: readonly string[]): Promise<readonly Answer[]> {
  const input = `${names.join("\n")}\n`;
  const output = await git([`--git-dir=${gitFolder}`, "cat-file", "--batch", "--follow-symlinks"], { input });
  const answers: Answer[] = [];
  for (let offset = 0; offset < output.length; ) {
    const end = output.indexOf(10, offset);
    const line = output.toString("utf8", offset, end < 0 ? output.length : end);
    const { first, size } = /^(?<first>\S+)(?: (?:blob|tree|commit|tag))? (?<size>\d+)$/.exec(line)?.groups ?? {};
    const start = end < 0 ? output.length : end + 1;
    if (first === undefined || size === undefined) {
      answers.push({ kind: "none" });
      offset = start;
      continue;
    }
    const content = output.subarray(start, start + Number(size));
    answers.push(answerOf(line, first, content));
    offset = start + Number(size) + 1;
  }
  return answers;
}

/** `symlink 12` names where a link leads out; `dangling`, `loop` and `notdir` one that leads nowhere. */
function answerOf(line: string, first: string, content: Buffer): Answer {
  if (line.startsWith(`${first} blob `)) return { kind: "blob", content };
  return first === "symlink" ? { kind: "outside", target: content.toString("utf8") } : { kind: "none" };
}
