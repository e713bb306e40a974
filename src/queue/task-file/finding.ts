/** What the readers of all formats give: a finding an entry, in batches, so that a million entries are not a million promises. */
import type { Problem } from "../../errors.ts";

export type Finding =
  /** Something that should be an entry, and the line that it begins on. */
  | { readonly value: unknown; readonly line?: number | undefined }
  /** Something that cannot even be read as one; what follows it can. */
  | { readonly problem: Problem };

/** The file cannot be read any further. */
export class BrokenTaskFile extends Error {
  readonly problem: Problem;

  constructor(problem: Problem, cause?: unknown) {
    super(problem.message, { cause });
    this.name = "BrokenTaskFile";
    this.problem = problem;
  }
}

/** Bytes of one entry's text: what is kept in memory of a file at a time. */
export const MAX_ENTRY_BYTES = 16 * 2 ** 20;

export function entryTooLarge(line: number): BrokenTaskFile {
  return new BrokenTaskFile({
    code: "entry-too-large",
    line,
    message: `the entry that begins here has more than ${MAX_ENTRY_BYTES / 2 ** 20} MiB`,
    hint: "Keep large data in a file or an object of its own, and put its URL into the entry.",
  });
}

export function notUtf8(line: number): Problem {
  return {
    code: "not-utf8",
    line,
    message: "found bytes that are not UTF-8 text",
    hint: "Save the file as UTF-8.",
  };
}
