/** Finds the error a task printed last: `ErrorName: message`, as most languages print an exception. */

const ERROR_LINE = /^([A-Za-z_][\w.]*):\s+(\S.*)$/;
/** Names that are surely errors, and not a `note: …` printed on the way. */
const NAMED_ERROR = /(?:Error|Exception|InvalidInput|FailedValidation|Failure)$/;
const STACK_LINE = /^\s+at |^\s*File "|^Traceback |^Node\.js v|^\s*$/;

const MAX_ERROR = 256;

export function lastErrorOf(lines: readonly string[]): { readonly error: string; readonly cause: string } | undefined {
  const clean = lines.map(printable).filter((line) => !STACK_LINE.test(line));
  for (const line of clean.toReversed()) {
    const [, name, message] = ERROR_LINE.exec(line.trim()) ?? [];
    if (name && message && NAMED_ERROR.test(name)) return { error: shortName(name), cause: message };
  }
  const last = clean.at(-1)?.trim();
  if (last === undefined) return undefined;
  const [, name, message] = ERROR_LINE.exec(last) ?? [];
  return name && message && /[A-Z]/.test(name)
    ? { error: shortName(name), cause: message }
    : { error: "UnknownError", cause: last };
}

/** The reference system's own error classes are known by their last name. */
function shortName(name: string): string {
  return name.replace(/^cirrus\.lib\.errors\./, "").slice(0, MAX_ERROR);
}

/** Colours and other control characters belong to a terminal, not to a state record. */
function printable(line: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to remove
  return line.replace(/\u001b\[[0-9;]*[A-Za-z]/g, "").replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, "");
}
