/** A state machine as a Mermaid flowchart, which GitHub and many others draw. */
import { isJsonObject, type Json, type JsonObject } from "../../json.ts";

/**
 * Errors that end in a Fail state are left out, or every picture would be mostly these; what an error leads to
 * otherwise is drawn.
 */
export function machinePicture(definition: JsonObject): string {
  const ids = makeIds();
  const lines = sequenceLines(definition, ids, "  ");
  return ["```mermaid", "flowchart LR", ...lines, "```"].join("\n");
}

const DONE = "done";

type Ids = (name: string) => string;

/** Mermaid's own words (`end`, `default`) are no names for nodes. */
function makeIds(): Ids {
  const known = new Map<string, string>();
  return (name) => {
    const id = known.get(name) ?? `s${known.size + 1}`;
    known.set(name, id);
    return id;
  };
}

function sequenceLines(sequence: JsonObject, ids: Ids, indent: string): readonly string[] {
  const states = statesOf(sequence);
  const drawn = states.filter(([name, state]) => state.Type !== "Fail" || isReached(name, states));
  const ends = drawn.some(([, state]) => state.End === true || state.Type === "Succeed");
  return [
    ...drawn.flatMap(([name, state]) => nodeLines(name, state, ids, indent)),
    ...drawn.flatMap(([name, state]) => edges(name, state, drawn, ids).map((line) => indent + line)),
    ...(ends && indent === "  "
      ? [
          `${indent}${DONE}(("done"))`,
          ...drawn
            .filter(([, state]) => state.End === true || state.Type === "Succeed")
            .map(([name]) => `${indent}${ids(name)} --> ${DONE}`),
        ]
      : []),
  ];
}

function statesOf({ States: states }: JsonObject): readonly (readonly [string, JsonObject])[] {
  return Object.entries(isJsonObject(states) ? states : {}).flatMap(([name, state]) =>
    isJsonObject(state) ? [[name, state] as const] : [],
  );
}

/** By anything but an error. */
function isReached(name: string, states: readonly (readonly [string, JsonObject])[]): boolean {
  return states.some(([, state]) => nextOf(state).some(({ to }) => to === name));
}

function nodeLines(name: string, state: JsonObject, ids: Ids, indent: string): readonly string[] {
  const id = ids(name);
  const label = `"${labelOf(name)}"`;
  if (state.Type === "Choice") return [`${indent}${id}{${label}}`];
  if (state.Type === "Fail" || state.Type === "Succeed") return [`${indent}${id}([${label}])`];
  if (state.Type === "Wait") return [`${indent}${id}(${label})`];
  const inside = insideOf(state);
  if (inside.length === 0) return [`${indent}${id}[${label}]`];
  const body = inside.flatMap((sequence) => sequenceLines(sequence, ids, `${indent}  `));
  return [`${indent}subgraph ${id}[${label}]`, ...body, `${indent}end`];
}

function insideOf({ Branches: branches, ItemProcessor: processor, Iterator: iterator }: JsonObject): JsonObject[] {
  const all: readonly Json[] = [...(Array.isArray(branches) ? branches : []), processor ?? null, iterator ?? null];
  return all.filter(isJsonObject);
}

interface Next {
  readonly to: string;
  readonly why: string;
}

function nextOf(state: JsonObject): readonly Next[] {
  const choices = Array.isArray(state.Choices) ? state.Choices.filter(isJsonObject) : [];
  return [
    ...(typeof state.Next === "string" ? [{ to: state.Next, why: "" }] : []),
    ...choices.flatMap((rule, index) =>
      typeof rule.Next === "string" ? [{ to: rule.Next, why: conditionOf(rule) ?? `rule ${index + 1}` }] : [],
    ),
    ...(typeof state.Default === "string" ? [{ to: state.Default, why: "otherwise" }] : []),
  ];
}

function edges(
  name: string,
  state: JsonObject,
  drawn: readonly (readonly [string, JsonObject])[],
  ids: Ids,
): readonly string[] {
  const known = new Map(drawn);
  const caught = Array.isArray(state.Catch) ? state.Catch.filter(isJsonObject) : [];
  const errors = caught.flatMap(({ Next: to }) =>
    typeof to === "string" && known.has(to) && known.get(to)?.Type !== "Fail" ? [to] : [],
  );
  const normal = nextOf(state);
  return [
    ...normal.map(({ to, why }) =>
      why === "" ? `${ids(name)} --> ${ids(to)}` : `${ids(name)} -- "${labelOf(why)}" --> ${ids(to)}`,
    ),
    ...errors
      .filter((to) => normal.every((next) => next.to !== to))
      .map((to) => `${ids(name)} -. "error" .-> ${ids(to)}`),
  ];
}

const LONGEST_CONDITION = 50;

/** `add-preview.batch` of what asks for a flag; what compares otherwise says with what. */
function conditionOf(rule: JsonObject): string | undefined {
  if (typeof rule.Condition === "string") return cut(rule.Condition.replace(/^\{%\s*|\s*%\}$/g, ""));
  const parts = Array.isArray(rule.And) ? rule.And.filter(isJsonObject) : [rule];
  const texts = parts.flatMap((part) => comparison(part) ?? []);
  return texts.length === 0 ? undefined : cut([...new Set(texts)].join(" and "));
}

function comparison({ Variable: variable, ...rest }: JsonObject): string | undefined {
  if (typeof variable !== "string") return undefined;
  const name = variable.replace(/^\$\.(?:process\[0\]\.(?:tasks\.)?)?/, "");
  const found = Object.entries(rest).find(([key]) => key !== "Next" && key !== "Comment" && key !== "Assign");
  if (found === undefined || found[0] === "IsPresent") return undefined;
  return found[1] === true ? name : `${name} is ${JSON.stringify(found[1])}`;
}

function cut(text: string): string {
  return text.length <= LONGEST_CONDITION ? text : `${text.slice(0, LONGEST_CONDITION - 1)}…`;
}

function labelOf(text: string): string {
  return text.replaceAll('"', "#quot;");
}
