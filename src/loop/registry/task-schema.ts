/** What a task may say, by what it runs; anything else is a problem with the nearest known key. */
import { z } from "zod";
import { isJsonObject, type Json, type JsonObject } from "../../json.ts";
import { TIMEOUT_SECONDS } from "../loop-task.ts";
import { durationText, parseDuration, parseSize } from "./quantities.ts";
import { repositoryPath } from "./repository-path.ts";
import { scheduleFault, timezoneFault } from "./schedule-syntax.ts";

const DAY = 86_400;
const MEBIBYTE = 2 ** 20;

/** Nobody waits longer for a task: its loop stands still meanwhile. */
export const LONGEST_TIMEOUT_SECONDS = { organisation: DAY, metadata: TIMEOUT_SECONDS.metadata } as const;
const LONGEST_RETRY_DELAY_SECONDS = 300;

function duration(least: number, most: number) {
  const message = `expected a duration from ${durationText(least)} to ${durationText(most)}, such as 90s, 30m, 6h or 1d`;
  return z
    .custom<string | number>((value) => {
      const seconds = parseDuration(value);
      return seconds !== undefined && seconds >= least && seconds <= most;
    }, message)
    .transform((value) => parseDuration(value) ?? least);
}

const memory = z
  .custom<string>((value) => {
    const bytes = parseSize(value);
    return bytes !== undefined && bytes >= 64 * MEBIBYTE && bytes <= 2 ** 40;
  }, "expected a size from 64MB to 1TB with its unit, such as 512MB or 2GB")
  .transform((value) => parseSize(value) ?? 0);

const attempts = z.int("expected a whole number from 0 to 10").min(0).max(10);
const retryKeys = z.strictObject(
  { attempts, delay: duration(0, LONGEST_RETRY_DELAY_SECONDS).optional() },
  "expected a whole number from 0 to 10, or a map such as { attempts: 2, delay: 30s }",
);
/** A number that cannot be meant stays one, and is refused where it stands. */
const retry = z.preprocess((value) => (attempts.safeParse(value).success ? { attempts: value } : value), retryKeys);

/** `1234567` and `3e10` are numbers for YAML. */
const pin = z.custom<string>(
  (value) => typeof value === "string" && /^[\w][\w./-]*$/.test(value),
  "expected a commit; one that is digits only stands in quotes",
);

/** A text in which `faultOf` finds nothing wrong. */
function faultless(expected: string, faultOf: (text: string) => string | undefined) {
  return z.string(expected).superRefine((text, context) => {
    const message = faultOf(text);
    if (message !== undefined) context.addIssue({ code: "custom", message });
  });
}

/** Our own additions, under the key `cirrus`. */
const settings = z
  .strictObject(
    {
      every: duration(1, 366 * DAY).optional(),
      cron: faultless('expected five fields in quotes, such as "0 6 * * *"', scheduleFault).optional(),
      timezone: faultless("expected the name of a time zone, such as Europe/Zurich", timezoneFault).optional(),
      timeout: duration(1, LONGEST_TIMEOUT_SECONDS.organisation).optional(),
      memory: memory.optional(),
      retry: retry.optional(),
      priority: z.int("expected a whole number from -100 to 100").min(-100).max(100).optional(),
      pin: pin.optional(),
    },
    "expected a map of settings, such as { every: 30m }",
  )
  .superRefine(({ every, cron, timezone }, context) => {
    const refuse = (key: string, message: string) => context.addIssue({ code: "custom", path: [key], message });
    if (every !== undefined && cron !== undefined) refuse("every", "every and cron exclude each other");
    if (timezone !== undefined && cron === undefined) refuse("timezone", "it belongs to cron, which is missing");
  });

export type WrittenSettings = z.output<typeof settings>;

const path = z.string("expected a path").superRefine((written, context) => {
  const found = repositoryPath(written);
  if ("wrong" in found) context.addIssue({ code: "custom", message: `${written} ${found.wrong}. ${found.hint}` });
});
const filePath = path.transform((written) => {
  const found = repositoryPath(written);
  return "path" in found ? found.path : written;
});

const map = z.custom<JsonObject>((value) => isJsonObject(value), "expected a map of names and values");
/** `args:` with nothing behind it says that there are none. */
const args = z.preprocess((value) => value ?? {}, map);

const executor = z.custom<"python" | "node">(
  (value) => value === "python" || value === "node",
  "expected python, or node for notebooks in TypeScript and JavaScript. For Spark use python, with pyspark under dependencies",
);

const identifier = z
  .string("expected the name of a function")
  .regex(/^[\p{L}_$][\p{L}\p{N}_$]*$/u, "expected the name of a function, without parentheses");

/** The words of every task, whatever it runs. */
const common = {
  loop: z.string("expected metadata or the organisation's codops").optional(),
  args: args.optional(),
  cirrus: z.preprocess((value) => value ?? {}, settings).optional(),
};

const name = z.string("expected a name").regex(/^[\w-]+$/, "expected the name of a folder");

export const notebookTask = z.strictObject({
  notebook: filePath,
  method: identifier,
  full_notebook: z.boolean("expected true or false").optional(),
  executor: executor.optional(),
  ...common,
});

export const projectTask = z.strictObject({ task: name, payload: filePath.optional(), ...common });

export const projectWorkflow = z
  .strictObject({ workflow: name, payload: filePath, ...common })
  .superRefine(({ args: byTask = {} }, context) => {
    for (const [task, parameters] of Object.entries(byTask)) {
      if (isJsonObject(parameters)) continue;
      const message = "expected a map: the args of a workflow are maps of parameters by task";
      context.addIssue({ code: "custom", path: ["args", task], message });
    }
  });

/** The root of a file; what is in `tasks` and `dependencies` is looked at one by one. */
export const fileKeys = z.strictObject({
  codops: z
    .string("expected the organisation's code as a text; one that is a number stands in quotes")
    .regex(/^[A-Za-z0-9][\w-]{0,62}$/, "expected up to 63 letters, digits, hyphens and underscores")
    .refine((code) => code !== "metadata", "metadata is the loop that all organisations share"),
  tasks: z.custom<Json>(() => true).optional(),
  dependencies: z.custom<Json>(() => true).optional(),
  endpoints: z.custom<Json>(() => true).optional(),
});
