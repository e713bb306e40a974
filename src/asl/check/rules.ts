/** The rules of a Choice: data tests, their Path variants, And, Or and Not. */
import { isJsonObject, type Json } from "../../json.ts";
import { COMPARISONS, TYPE_TESTS } from "../comparisons.ts";
import { EvaluationError } from "../errors.ts";
import type { ChoiceRule, Test } from "../model.ts";
import { type Path, parsePath } from "../paths.ts";
import { type Fields, makeFields } from "./fields.ts";

const OPERATORS = [
  ...[...COMPARISONS].flatMap(([name, { hasPath }]) => (hasPath ? [name, `${name}Path`] : [name])),
  ...TYPE_TESTS.keys(),
];
const RULE_FIELDS = ["Next", "Variable", "And", "Or", "Not", "Comment", ...OPERATORS];
const never: Test = () => false;

export function checkRules(fields: Fields): ChoiceRule[] {
  const rules = fields.require("Choices") ? (fields.list("Choices") ?? []) : [];
  if (fields.has("Choices") && rules.length === 0) {
    fields.report("wrong-type", fields.at("Choices"), "Choices needs at least one rule.");
  }
  return rules.map((rule, index) => {
    const path = `${fields.at("Choices")}[${index}]`;
    const reader = readerOf(fields, rule, path);
    if (reader === undefined) return { next: "", test: never };
    reader.require("Next");
    return { next: reader.text("Next") ?? "", test: checkTest(reader, true) };
  });
}

function readerOf(fields: Fields, rule: unknown, path: string): Fields | undefined {
  if (isJsonObject(rule)) {
    return makeFields(rule, path, ({ code, message, hint, ...at }) =>
      fields.report(code, at.path ?? path, message, hint),
    );
  }
  fields.report("wrong-type", path, "A choice rule is an object.");
  return undefined;
}

function checkTest(fields: Fields, isTop: boolean): Test {
  fields.allow(RULE_FIELDS);
  if (!isTop && fields.has("Next")) {
    fields.report("bad-choice", fields.at("Next"), "Only a rule at the top of Choices has Next.");
  }
  const operators = ["And", "Or", "Not", ...OPERATORS].filter((name) => fields.has(name));
  const [operator] = operators;
  if (operator === undefined || operators.length > 1) {
    const found = operators.length === 0 ? "none" : operators.join(", ");
    fields.report("bad-choice", fields.path, `A choice rule has exactly one operator; found: ${found}.`);
    return never;
  }
  if (operator === "And" || operator === "Or") return checkAll(fields, operator);
  if (operator === "Not") {
    const inner = readerOf(fields, fields.object.Not, fields.at("Not"));
    const test = inner === undefined ? never : checkTest(inner, false);
    return (data) => !test(data);
  }
  return checkDataTest(fields, operator);
}

function checkAll(fields: Fields, operator: "And" | "Or"): Test {
  const entries = fields.list(operator) ?? [];
  if (entries.length === 0) fields.report("bad-choice", fields.at(operator), `${operator} needs at least one rule.`);
  const tests = entries.map((entry, index) => {
    const reader = readerOf(fields, entry, `${fields.at(operator)}[${index}]`);
    return reader === undefined ? never : checkTest(reader, false);
  });
  return operator === "And" ? (data) => tests.every((test) => test(data)) : (data) => tests.some((test) => test(data));
}

function checkDataTest(fields: Fields, operator: string): Test {
  fields.require("Variable");
  const variable = fields.pathOf("Variable") ?? parsePath("$");
  const typeTest = TYPE_TESTS.get(operator);
  if (typeTest !== undefined) {
    const wanted = fields.flag(operator);
    const isPresence = operator === "IsPresent";
    return (data) => {
      const value = variable.find(data);
      if (value === undefined && !isPresence) throw undefinedValue(variable);
      return typeTest(value) === wanted;
    };
  }
  const byPath = operator.endsWith("Path");
  const comparison = COMPARISONS.get(byPath ? operator.slice(0, -"Path".length) : operator);
  const source = byPath ? fields.pathOf(operator) : undefined;
  if (comparison === undefined) return never;
  const fixed = fields.object[operator];
  if (!byPath && !comparison.takes(fixed ?? null)) {
    fields.report("wrong-type", fields.at(operator), `${operator} compares with ${comparison.wanted}.`);
  }
  return (data) => {
    const value = present(variable, variable.find(data));
    const other = source === undefined ? (fixed ?? null) : present(source, source.find(data));
    return comparison.takes(value) && comparison.takes(other) && comparison.holds(value, other);
  };
}

function present(path: Path, value: Json | undefined): Json {
  if (value === undefined) throw undefinedValue(path);
  return value;
}

function undefinedValue(path: Path): EvaluationError {
  return new EvaluationError(
    `Invalid path '${path.text}': The choice state's condition path references an undefined value.`,
  );
}
