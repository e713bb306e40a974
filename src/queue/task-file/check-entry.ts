/** What makes a value an entry of a task file: a `task_id` of its own and `data`, and nothing else. */
import type { Entry } from "../../bulk/entry.ts";
import type { Problem } from "../../errors.ts";
import { isJsonObject, type Json, type JsonObject } from "../../json.ts";
import { nearest } from "../../nearest.ts";
import { MAX_DEPTH } from "../../payload/hazards.ts";
import { jsonPath, mismatch, showValue } from "../../payload/problems.ts";

export type CheckedEntry = { readonly entry: Entry } | { readonly problems: readonly Problem[] };

/** UTF-16 units: at most 768 bytes of UTF-8, which every store takes as a key. */
const MAX_ID_LENGTH = 256;

const KEYS = ["task_id", "data"];
const SHAPE = 'An entry is {"task_id": "…", "data": {…}}.';

/** `root` is the path from the file's root to the value: `[4]` in a list. */
export function checkEntry(value: unknown, line: number | undefined, root: readonly PropertyKey[]): CheckedEntry {
  if (!isJsonObject(value)) {
    const problem = mismatch({ code: "not-an-entry", path: root, found: value, expected: "an entry", hint: SHAPE });
    return { problems: [{ ...problem, line }] };
  }
  const { task_id: id, data } = value;
  const problems = [...unknownKeys(value, root), ...problemsOfId(id, root), ...problemsOfData(data, root)];
  if (problems.length > 0) return { problems: problems.map((problem) => ({ ...problem, line })) };
  // Both were checked just now.
  const checked = { id: id as string, data: data as JsonObject };
  return { entry: line === undefined ? checked : { ...checked, line } };
}

function unknownKeys(value: JsonObject, root: readonly PropertyKey[]): readonly Problem[] {
  if (Object.keys(value).length <= KEYS.length && "task_id" in value && "data" in value) return [];
  return Object.keys(value)
    .filter((key) => !KEYS.includes(key))
    .map((key) => {
      const meant = nearest(key, KEYS);
      return {
        code: "unknown-key",
        path: jsonPath([...root, key]),
        message: `unknown key ${showValue(key)}`,
        hint: meant === undefined ? `What a task needs goes into data. ${SHAPE}` : `Did you mean ${meant}?`,
      };
    });
}

function problemsOfId(id: Json | undefined, root: readonly PropertyKey[]): readonly Problem[] {
  const hint = hintForId(id);
  if (hint === undefined) return [];
  const expected = `a text of 1 to ${MAX_ID_LENGTH} characters`;
  return [mismatch({ code: "bad-task-id", path: [...root, "task_id"], found: id, expected, hint })];
}

/** Undefined for a good ID. */
function hintForId(id: Json | undefined): string | undefined {
  if (id === undefined) return `Give every entry a task_id that no other has. ${SHAPE}`;
  if (typeof id === "number" || typeof id === "boolean") return `Write it as a text: "${id}".`;
  if (typeof id !== "string") return SHAPE;
  if (id === "") return "Give every entry a task_id that no other has.";
  if (id.length > MAX_ID_LENGTH) return `It has ${id.length}: shorten it, and put what it says into data.`;
  if (!id.isWellFormed() || /\p{Cc}/u.test(id)) return "Take out control characters and halves of surrogate pairs.";
  return undefined;
}

function problemsOfData(data: Json | undefined, root: readonly PropertyKey[]): readonly Problem[] {
  if (!isJsonObject(data)) {
    const hint =
      data === undefined ? 'Every entry has data; where there is none, write "data": {}.' : 'Write "data": {…}.';
    return [mismatch({ code: "bad-data", path: [...root, "data"], found: data, expected: "an object", hint })];
  }
  const flaw = findFlaw(data, 0);
  if (flaw === undefined) return [];
  const { path, message, hint } = flaw;
  return [{ code: "bad-data", path: jsonPath([...root, "data", ...path]), message, hint }];
}

interface Flaw {
  readonly path: PropertyKey[];
  readonly message: string;
  readonly hint: string;
}

/** What would not come back from storage as it was: nesting without end, and numbers that JSON has no form for. */
function findFlaw(value: unknown, depth: number): Flaw | undefined {
  if (typeof value === "number" && !Number.isFinite(value)) {
    const message = `found ${value}, expected a number that JSON can hold`;
    return { path: [], message, hint: "Leave it out, or write null." };
  }
  if (typeof value !== "object" || value === null) return undefined;
  if (depth === MAX_DEPTH) {
    const message = `this nests deeper than ${MAX_DEPTH} levels`;
    return { path: [], message, hint: "Flatten the data, or keep it in a file of its own." };
  }
  for (const key in value) {
    // `in` gives keys of the value itself: what is parsed inherits nothing that can be counted.
    const flaw = findFlaw((value as Readonly<Record<string, unknown>>)[key], depth + 1);
    if (flaw !== undefined) {
      flaw.path.unshift(Array.isArray(value) ? Number(key) : key);
      return flaw;
    }
  }
  return undefined;
}
