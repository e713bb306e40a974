/** How grave a line of a log is, as its writer said it: in a field, in a word at its beginning, or not at all. */

/** From the gravest. `other`: the line does not say. */
export const LEVELS = ["error", "warning", "info", "debug", "other"] as const;
export type Level = (typeof LEVELS)[number];

const WORDS: Readonly<Record<string, Level>> = {
  emerg: "error",
  emergency: "error",
  alert: "error",
  fatal: "error",
  critical: "error",
  crit: "error",
  severe: "error",
  error: "error",
  err: "error",
  warning: "warning",
  warn: "warning",
  notice: "info",
  info: "info",
  information: "info",
  debug: "debug",
  trace: "debug",
  verbose: "debug",
};

/** Where a word for the level stands in plain lines: after a time and a request ID, hardly later. */
const HEAD = 120;
const WORD =
  /(?:^|[\s[<(|:=])(EMERG|ALERT|FATAL|CRITICAL|SEVERE|ERROR|WARNING|WARN|NOTICE|INFO|DEBUG|TRACE)(?=$|[\s\]>)|:,])/;
/** Python's and Node's own words for what was not caught. */
const THROWN = /^(?:Traceback \(most recent call last\)|(?:[A-Za-z_][\w.]*)?(?:Error|Exception)\b\s*[:[])/;

export function levelOfText(text: string): Level {
  const head = text.length > HEAD ? text.slice(0, HEAD) : text;
  const word = WORD.exec(head)?.[1];
  if (word !== undefined) return levelOfWord(word);
  return THROWN.test(head) ? "error" : "other";
}

/** Of a word, or of the number that pino and bunyan write: 30 is info. */
export function levelOfWord(word: unknown): Level {
  if (typeof word === "number") {
    if (word >= 50) return "error";
    if (word >= 40) return "warning";
    return word >= 30 ? "info" : "debug";
  }
  if (typeof word !== "string") return "other";
  const known = word.toLowerCase();
  return Object.hasOwn(WORDS, known) ? (WORDS[known] ?? "other") : "other";
}
