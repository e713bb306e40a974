/** What is wrong with a value, in words that name what was found and what was expected: for what zod says of it. */
import type * as z from "zod";
import type { Problem } from "../errors.ts";
import { nearest } from "../nearest.ts";
import { jsonPath, showValue } from "./problems.ts";

/** `value`: the whole of it; `place`: where it stands in its document. */
export function valueProblems(issue: z.core.$ZodIssue, value: unknown, place: readonly PropertyKey[]): Problem[] {
  const path = jsonPath([...place, ...issue.path]);
  const found = valueAt(value, issue.path);
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({
      ...{ code: "unknown-parameter", path: jsonPath([...place, ...issue.path, key]) },
      message: `there is no parameter ${key}`,
    }));
  }
  const name = String(issue.path.at(-1) ?? "");
  if (found === undefined && issue.code !== "invalid_union") {
    return [
      { code: "missing-parameter", path, message: `${name === "" ? "a value" : name} is missing`, hint: hintOf(issue) },
    ];
  }
  return [
    {
      code: "invalid-parameter",
      path,
      message: `found ${showValue(found)}, expected ${expectedBy(issue)}`,
      hint: nearestOption(issue, found),
    },
  ];
}

function hintOf(issue: z.core.$ZodIssue): string {
  return `It is ${expectedBy(issue)}.`;
}

function nearestOption(issue: z.core.$ZodIssue, found: unknown): string | undefined {
  if (issue.code !== "invalid_value" || typeof found !== "string") return undefined;
  const near = nearest(
    found,
    issue.values.filter((value) => typeof value === "string"),
  );
  return near === undefined ? undefined : `Did you mean ${near}?`;
}

const TYPES: Readonly<Record<string, string>> = {
  string: "a text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "an object",
  record: "an object",
  null: "null",
};

const FORMATS: Readonly<Record<string, string>> = {
  url: "a URL",
  email: "an e-mail address",
  uuid: "a UUID",
  date: "a date such as 2024-06-01",
  time: "a time such as 12:30:00",
  datetime: "a time such as 2024-06-01T12:30:00Z",
  duration: "a duration such as P1D",
};

/** What zod says was expected, as the end of a sentence. */
function expectedBy(issue: z.core.$ZodIssue): string {
  if (issue.code === "invalid_type") return TYPES[issue.expected] ?? String(issue.expected);
  if (issue.code === "invalid_value") return issue.values.map((value) => JSON.stringify(value)).join(" or ");
  if (issue.code === "invalid_union") {
    const branches = issue.errors.map((branch) => (branch[0] === undefined ? "" : insideOf(branch[0])));
    return [...new Set(branches.filter((branch) => branch !== ""))].join(", or ") || "another value";
  }
  if (issue.code === "too_small" || issue.code === "too_big") return boundOf(issue);
  if (issue.code === "invalid_format") return expectedFormat(issue);
  if (issue.code === "not_multiple_of") return `a multiple of ${issue.divisor}`;
  return issue.message.replace(/^Invalid \w+: (?:expected )?/, "");
}

function expectedFormat({ format, pattern, message }: z.core.$ZodIssueInvalidStringFormat): string {
  return (
    FORMATS[format] ?? (pattern === undefined ? message.replace(/^Invalid /, "") : `a text that matches ${pattern}`)
  );
}

function insideOf(issue: z.core.$ZodIssue): string {
  const expected = expectedBy(issue);
  return issue.path.length === 0 ? expected : `${expected} at ${jsonPath(issue.path).slice(1).replace(/^\./, "")}`;
}

function boundOf(issue: z.core.$ZodIssueTooSmall | z.core.$ZodIssueTooBig): string {
  const least = issue.code === "too_small";
  const bound = Number(least ? issue.minimum : issue.maximum);
  const atLeast = least ? "at least" : "at most";
  if (issue.origin === "array") return `a list of ${atLeast} ${bound}`;
  if (issue.origin === "string") return `a text of ${atLeast} ${bound} character${bound === 1 ? "" : "s"}`;
  if (issue.inclusive === false) return `${least ? "more" : "less"} than ${bound}`;
  return `${atLeast} ${bound}`;
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (inside, step) =>
      typeof inside === "object" && inside !== null && Object.hasOwn(inside, step)
        ? (inside as Record<PropertyKey, unknown>)[step] // it has that very member
        : undefined,
    value,
  );
}
