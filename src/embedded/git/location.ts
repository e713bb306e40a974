/** Where a repository is: a folder of this machine, or behind a URL. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { CirrusError, EXIT } from "../../errors.ts";

export type Location =
  | { readonly kind: "folder"; readonly folder: string }
  | { readonly kind: "url"; readonly url: string };

/** Throws where it is neither, and where it could harm. */
export function parseLocation(written: string): Location {
  if (written === "" || written.startsWith("-") || CONTROL.test(written)) {
    throw refused(`${JSON.stringify(written)} is neither a folder nor a URL of a repository.`);
  }
  const { scheme } = /^(?<scheme>[a-z][a-z0-9+.-]*):\/\//i.exec(written)?.groups ?? {};
  if (scheme === undefined) {
    if (SSH_SHORT.test(written) && !existsSync(written)) return { kind: "url", url: written };
    return { kind: "folder", folder: resolve(written) };
  }
  if (!SCHEMES.includes(scheme.toLowerCase())) {
    throw refused(`Repositories are not read by ${scheme}:.`, `Use one of ${SCHEMES.join(", ")}.`);
  }
  if (/^[^/]*\/\/[^/@]*:[^/@]*@/.test(written)) {
    throw refused(
      `The URL of ${withoutPassword(written)} holds a password, which would be kept with every execution.`,
      "Leave it out, and let Git find it: git help credentials.",
    );
  }
  return { kind: "url", url: written };
}

const SCHEMES: readonly string[] = ["https", "http", "ssh", "git", "file"];

/** `git@host:group/repository.git`; `ext::program` is none. */
const SSH_SHORT = /^[\w.-]+(?:@[\w.-]+)?:(?!:)[^\\]+$/;

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL = /[\u0000-\u001f\u007f]/;

function withoutPassword(url: string): string {
  return url.replace(/\/\/[^/@]*@/, "//");
}

function refused(message: string, hint?: string): CirrusError {
  return new CirrusError(message, { hint, exitCode: EXIT.usage });
}
