/** States that run one after another: names, transitions, and that each can be reached. */
import { isJsonObject, type JsonObject } from "../../json.ts";
import { nearest } from "../../nearest.ts";
import { memberPath } from "../json-path.ts";
import { MAX_NAME_CHARACTERS } from "../limits.ts";
import type { Sequence, State } from "../model.ts";
import { type Fields, makeFields, type Report } from "./fields.ts";
import { JSONATA_LANGUAGE } from "./refused.ts";
import { STATE_CHECKS } from "./states.ts";

const SEQUENCE_FIELDS = ["StartAt", "States", "Comment", "QueryLanguage"];
const EMPTY: Sequence = { startAt: "", states: new Map() };

/** `names` collects where each state name was first used: a name is unique within the whole machine. */
export function checkSequence(
  value: unknown,
  path: string,
  extraFields: readonly string[],
  names: Map<string, string>,
  report: Report,
): Sequence {
  if (!isJsonObject(value)) {
    report({ code: "wrong-type", path, message: "Here stands an object with StartAt and States." });
    return EMPTY;
  }
  const fields = makeFields(value, path, report);
  fields.allow([...SEQUENCE_FIELDS, ...extraFields]);
  checkQueryLanguage(fields);
  fields.require("StartAt");
  const startAt = fields.text("StartAt") ?? "";
  if (!fields.require("States")) return EMPTY;
  const written = value.States;
  if (!isJsonObject(written) || Object.keys(written).length === 0) {
    fields.report("wrong-type", fields.at("States"), "States is an object with at least one state.");
    return EMPTY;
  }
  const states = new Map<string, State>();
  for (const [name, definition] of Object.entries(written)) {
    const at = memberPath(fields.at("States"), name);
    checkName(name, at, names, report);
    const state = checkState(name, definition, at, names, report);
    if (state !== undefined) states.set(name, state);
  }
  checkTransitions(fields, written, startAt, states);
  return { startAt, states };
}

function checkName(name: string, path: string, names: Map<string, string>, report: Report): void {
  const length = [...name].length;
  if (length > MAX_NAME_CHARACTERS || length === 0) {
    report({
      code: "bad-name",
      path,
      message: `A state name has 1 to ${MAX_NAME_CHARACTERS} characters, not ${length}.`,
    });
  }
  const first = names.get(name);
  if (first === undefined) names.set(name, path);
  else {
    const message = `The state name ${name} is used twice; first at ${first}.`;
    report({ code: "duplicate-state", path, message, hint: "Names are unique within the whole state machine." });
  }
}

function checkState(
  name: string,
  definition: unknown,
  path: string,
  names: Map<string, string>,
  report: Report,
): State | undefined {
  if (!isJsonObject(definition)) {
    report({ code: "wrong-type", path, message: "A state is an object." });
    return undefined;
  }
  const fields = makeFields(definition, path, report);
  checkQueryLanguage(fields);
  if (!fields.require("Type")) return undefined;
  const type = fields.text("Type");
  if (type === undefined) return undefined;
  const check = STATE_CHECKS.get(type);
  if (check === undefined) {
    const meant = nearest(type, STATE_CHECKS.keys());
    const hint = meant === undefined ? `Types: ${[...STATE_CHECKS.keys()].join(", ")}.` : `Did you mean ${meant}?`;
    fields.report("unknown-type", fields.at("Type"), `There is no state of type ${type}.`, hint);
    return undefined;
  }
  return check(fields, name, (value, at, extraFields) => checkSequence(value, at, extraFields, names, report));
}

function checkQueryLanguage(fields: Fields): void {
  const language = fields.text("QueryLanguage");
  if (language === undefined || language === "JSONPath") return;
  const { hint } = JSONATA_LANGUAGE;
  fields.report("not-supported", fields.at("QueryLanguage"), `The query language ${language} is not supported.`, hint);
}

interface Transition {
  readonly path: string;
  readonly to: string;
}

function checkTransitions(fields: Fields, written: JsonObject, startAt: string, states: ReadonlyMap<string, State>) {
  const check = ({ path, to }: Transition) => {
    if (Object.hasOwn(written, to)) return;
    const meant = nearest(to, Object.keys(written));
    const hint = meant === undefined ? "A transition stays within its own States." : `Did you mean ${meant}?`;
    fields.report("unknown-state", path, `There is no state ${to} here.`, hint);
  };
  if (startAt !== "") check({ path: fields.at("StartAt"), to: startAt });
  const reached = new Set([startAt]);
  // A set that grows while it is walked: each state reached adds those that it leads to.
  for (const name of reached) {
    for (const { to } of transitionsOf(states.get(name), "")) reached.add(to);
  }
  for (const name of Object.keys(written)) {
    const path = memberPath(fields.at("States"), name);
    for (const transition of transitionsOf(states.get(name), path)) check(transition);
    if (Object.hasOwn(written, startAt) && !reached.has(name)) {
      fields.report("unreachable-state", path, `No state leads to ${name}.`);
    }
  }
}

function transitionsOf(state: State | undefined, path: string): Transition[] {
  if (state === undefined) return [];
  const to = (at: string, name: string | undefined) => (name ? [{ path: `${path}.${at}`, to: name }] : []);
  if (state.type === "Choice") {
    const rules = state.choices.flatMap((rule, index) => to(`Choices[${index}].Next`, rule.next));
    return [...rules, ...to("Default", state.default)];
  }
  return [
    ...("next" in state ? to("Next", state.next) : []),
    ...("catch" in state ? state.catch.flatMap((catcher, index) => to(`Catch[${index}].Next`, catcher.next)) : []),
  ];
}
