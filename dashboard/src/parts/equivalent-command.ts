/** The command of the command line that does what an action does, so that it can be copied into a script or a note. */
import type { ActionRequest } from "../../../src/api/shapes/actions.ts";
import type { PayloadCount, PayloadFilter } from "../../../src/api/shapes/payloads.ts";

/** A longer list is no command that anybody reads. */
const MOST_NAMED = 20;
/** `payload rerun` refuses where its filters choose more, unless `--max` allows it. */
const MOST_CHOSEN = 100;
/** What the page calls the file of IDs that it exports. */
export const IDS_FILE = "payload-ids.txt";

/**
 * `flags` are those of the place, with a space before them; `count` is how many a filter chooses. Undefined where there
 * is no such command.
 *
 *     commandFor({ kind: "rerun", payloadIds: ["a/workflow-b/c"], why: "mended" }, " --stage prod")
 *     // npx cirrus payload rerun a/workflow-b/c --reason mended --stage prod
 */
export function commandFor(request: ActionRequest, flags: string, count?: PayloadCount): string | undefined {
  const words = wordsFor(request, count);
  return words && `npx cirrus ${words.join(" ")}${flags}`;
}

function wordsFor(request: ActionRequest, count: PayloadCount | undefined): readonly string[] | undefined {
  const reason = request.why ? ["--reason", quoted(request.why)] : [];
  switch (request.kind) {
    case "publish":
      return ["publish", "payload.json"];
    case "rerun": {
      if (request.payload !== undefined) return ["publish", "payload.json", "--replace"];
      const replace = request.replace ? ["--replace"] : [];
      return chosen(["payload", "rerun"], request, count, [...replace, ...reason]);
    }
    case "redrive":
      return one(["execution", "redrive"], request.payloadIds, []);
    case "stop":
      return one(["execution", "stop"], request.payloadIds, reason);
    case "mark":
      return undefined;
    case "redrive-dead-letters":
      if (!request.messageIds) return ["dlq", "redrive", "--all", request.queue];
      return request.messageIds.length > MOST_NAMED ? undefined : ["dlq", "redrive", ...request.messageIds.map(quoted)];
    case "bulk":
      return ["bulk", BULK[request.do], quoted(request.run), ...(request.do === "stop" ? reason : [])];
    case "loop":
      return loopWords(request);
  }
}

const BULK = { "retry-failed": "retry", stop: "stop", resume: "resume", purge: "purge" } as const;

type ByPayload = { readonly payloadIds?: readonly string[] | undefined; readonly filter?: PayloadFilter | undefined };

/** `rest` last; a list that is too long comes from the file that the page exports. */
function chosen(
  verb: readonly string[],
  { payloadIds, filter }: ByPayload,
  count: PayloadCount | undefined,
  rest: readonly string[],
): readonly string[] | undefined {
  if (!payloadIds) {
    const words = filterWords(filter ?? {});
    // Nothing runs everything there is again, and nobody knows a number that allows more than could be counted.
    if (words.length === 0 || count?.atLeast) return undefined;
    const max = count && count.count > MOST_CHOSEN ? ["--max", String(count.count)] : [];
    return [...verb, ...words, ...max, ...rest];
  }
  if (payloadIds.length > MOST_NAMED) return [...verb, "-", ...rest, "<", IDS_FILE];
  return [...verb, ...payloadIds.map(quoted), ...rest];
}

function one(verb: readonly string[], ids: readonly string[] | undefined, rest: readonly string[]) {
  const [id] = ids ?? [];
  return ids?.length === 1 && id !== undefined ? [...verb, quoted(id), ...rest] : undefined;
}

const OPTIONS: readonly (readonly [name: keyof PayloadFilter, option: string])[] = [
  ["workflow", "--workflow"],
  ["collections", "--collections"],
  ["organisation", "--organisation"],
  ["state", "--state"],
  ["idPrefix", "--id-prefix"],
  ["errorPrefix", "--error-prefix"],
  ["since", "--since"],
  ["until", "--until"],
];

export function filterWords(filter: PayloadFilter): readonly string[] {
  return OPTIONS.flatMap(([name, option]) => {
    const value = filter[name];
    return value === undefined || value === "" ? [] : [option, quoted(name === "state" ? value.toLowerCase() : value)];
  });
}

function loopWords(request: Extract<ActionRequest, { readonly kind: "loop" }>): readonly string[] | undefined {
  const target = request.execution ?? request.task ?? request.loop;
  if (target === undefined) return undefined;
  const commit = request.do === "pin" && request.commit !== undefined ? [quoted(request.commit)] : [];
  const note = request.why && request.do !== "resume" && request.do !== "unpin" ? ["--note", quoted(request.why)] : [];
  return ["loop", request.do, quoted(target), ...commit, ...note];
}

/** As a POSIX shell takes it for one word. */
export function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
