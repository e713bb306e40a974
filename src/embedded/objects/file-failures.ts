/** Turns the operating system's error codes into errors that say what happened and what to do about it. */
import { CirrusError, EXIT, isDiskFull, TransientError } from "../../errors.ts";

/** The error to throw for anything thrown while files under `directory` were used; other errors come back as they are. */
export function explainFiles(thrown: unknown, directory: string): unknown {
  if (isDiskFull(thrown)) {
    return new TransientError(`The disk is full: free space under ${directory}; nothing was lost.`, {
      where: directory,
      hint: `Free space under ${directory}; what was not stored is tried again.`,
      cause: thrown,
    });
  }
  switch (codeOf(thrown)) {
    case "EMFILE":
    case "ENFILE":
    case "EIO":
      return new TransientError(`The system could not open or write a file under ${directory}.`, {
        where: directory,
        hint: "Close other programs or raise the limit of open files (ulimit -n); it is tried again.",
        cause: thrown,
      });
    case "EACCES":
    case "EPERM":
    case "EROFS":
      return new CirrusError(`The folder ${directory} cannot be used.`, {
        where: directory,
        hint: "Give yourself the right to read and write it, or choose another folder.",
        cause: thrown,
        exitCode: EXIT.config,
      });
    default:
      return thrown;
  }
}

/** Nothing is there, or one of the folders on the way is a file. */
export function isMissing(thrown: unknown): boolean {
  return codeOf(thrown) === "ENOENT" || codeOf(thrown) === "ENOTDIR";
}

export function isTaken(thrown: unknown): boolean {
  return codeOf(thrown) === "EEXIST";
}

/** A symbolic link stands where none is followed. */
export function isLink(thrown: unknown): boolean {
  return codeOf(thrown) === "ELOOP";
}

function codeOf(thrown: unknown): unknown {
  return thrown instanceof Error && "code" in thrown ? thrown.code : undefined;
}
