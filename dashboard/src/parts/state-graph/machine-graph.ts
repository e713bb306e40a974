/** A definition in Amazon States Language as boxes and arrows: what the graph draws and the list beside it reads out. */

export interface StateNode {
  /** Unique within the whole machine, as Step Functions wants it; so it is the node's ID too. */
  readonly name: string;
  readonly type: string;
  readonly comment?: string | undefined;
  /** What a Map repeats, or the branches of a Parallel. */
  readonly inner: readonly SequenceGraph[];
}

export interface Arrow {
  readonly from: string;
  /** Undefined where the sequence ends. */
  readonly to: string | undefined;
  readonly kind: "next" | "choice" | "default" | "catch";
  /** When it is taken: the rule of a Choice, the errors of a catcher. */
  readonly when?: string | undefined;
}

/** States that run one after another: the machine, a branch, what a Map repeats. */
export interface SequenceGraph {
  readonly startAt: string;
  readonly nodes: readonly StateNode[];
  readonly arrows: readonly Arrow[];
}

type Fields = Readonly<Record<string, unknown>>;

/** Undefined for what is no definition. It may come from another version of the engine: what is unknown is left out. */
export function graphOf(definition: unknown): SequenceGraph | undefined {
  if (!isFields(definition) || typeof definition.StartAt !== "string" || !isFields(definition.States)) return undefined;
  const states = Object.entries(definition.States).filter((entry): entry is [string, Fields] => isFields(entry[1]));
  const known = new Set(states.map(([name]) => name));
  return {
    startAt: definition.StartAt,
    nodes: states.map(([name, state]) => nodeOf(name, state)),
    arrows: states
      .flatMap(([name, state]) => arrowsOf(name, state))
      .filter(({ to }) => to === undefined || known.has(to)),
  };
}

/** All nodes, those inside after those that hold them. */
export function allNodes(graph: SequenceGraph): readonly StateNode[] {
  return graph.nodes.flatMap((node) => [node, ...node.inner.flatMap(allNodes)]);
}

export function allArrows(graph: SequenceGraph): readonly Arrow[] {
  return [...graph.arrows, ...graph.nodes.flatMap(({ inner }) => inner.flatMap(allArrows))];
}

function nodeOf(name: string, state: Fields): StateNode {
  const sequences = Array.isArray(state.Branches) ? state.Branches : [state.ItemProcessor ?? state.Iterator];
  return {
    name,
    type: typeof state.Type === "string" ? state.Type : "unknown",
    comment: typeof state.Comment === "string" ? state.Comment : undefined,
    inner: sequences.map(graphOf).filter((inner) => inner !== undefined),
  };
}

function arrowsOf(from: string, state: Fields): readonly Arrow[] {
  const arrows: Arrow[] = [];
  const add = (to: unknown, kind: Arrow["kind"], when?: string) => {
    if (typeof to === "string") arrows.push({ from, to, kind, when });
  };
  add(state.Next, "next");
  for (const rule of listOf(state.Choices)) add(rule.Next, "choice", describeRule(rule));
  add(state.Default, "default");
  for (const catcher of listOf(state.Catch)) add(catcher.Next, "catch", errorsOf(catcher.ErrorEquals));
  if (state.End === true || state.Type === "Succeed") arrows.push({ from, to: undefined, kind: "next" });
  return arrows;
}

const SIGNS: Readonly<Record<string, string>> = {
  Equals: "=",
  LessThan: "<",
  GreaterThan: ">",
  LessThanEquals: "≤",
  GreaterThanEquals: "≥",
  Matches: "matches",
};

/** `$.batch = true`, `not ($.size > 5)`; a JSONata condition as it is. */
export function describeRule(rule: Fields): string {
  if (typeof rule.Condition === "string") return rule.Condition.replace(/^\{%\s*|\s*%\}$/g, "");
  if (isFields(rule.Not)) return `not (${describeRule(rule.Not)})`;
  for (const [key, word] of [
    ["And", " and "],
    ["Or", " or "],
  ] as const) {
    if (Array.isArray(rule[key])) return listOf(rule[key]).map(describeRule).join(word);
  }
  const test = Object.entries(rule).find(([key]) => /^(String|Numeric|Boolean|Timestamp|Is)/.test(key));
  if (test === undefined) return "";
  const [operator, value] = test;
  const variable = String(rule.Variable ?? "");
  if (operator.startsWith("Is"))
    return `${variable} is ${value === false ? "not " : ""}${operator.slice(2).toLowerCase()}`;
  const sign = SIGNS[operator.replace(/^(String|Numeric|Boolean|Timestamp)/, "").replace(/Path$/, "")] ?? operator;
  return `${variable} ${sign} ${operator.endsWith("Path") ? String(value) : JSON.stringify(value)}`;
}

function errorsOf(errors: unknown): string {
  if (!Array.isArray(errors)) return "";
  return errors.map((error) => (error === "States.ALL" ? "any error" : String(error))).join(", ");
}

function listOf(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? value.filter(isFields) : [];
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
