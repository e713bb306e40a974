/** Turns what the schema library reports into one problem for each value that is wrong, in words. */
import type { OutputUnit, Schema } from "@cfworker/json-schema";
import type { Problem } from "../errors.ts";
import { isJsonObject, type Json } from "../json.ts";
import { jsonPath, mismatch } from "../payload/problems.ts";
import { expectedBy } from "./expected.ts";
import type { SchemaParts } from "./schemas.ts";

export interface Checked {
  readonly item: Json;
  /** The schema that the item was held against. */
  readonly url: string;
  readonly schemas: SchemaParts;
}

/** One rule that one value breaks. */
interface Finding {
  /** JSON pointer to the value: `#/properties/gsd`. */
  readonly pointer: string;
  readonly expected: string;
  /** URL of the schema and pointer to the rule in it. */
  readonly address: string;
}

export function explainErrors(errors: readonly OutputUnit[], checked: Checked): readonly Problem[] {
  return findingsOf(located(errors), checked).map(({ pointer, expected, address }) =>
    mismatch({
      code: "invalid-item",
      path: pathOf(pointer),
      found: valueAt(checked.item, pointer),
      expected,
      hint: `Rule: ${address}.`,
    }),
  );
}

/** A `false` schema reports where the value is and not where the rule is: it stands at the rule that led to it. */
function located(errors: readonly OutputUnit[]): readonly OutputUnit[] {
  return errors.map((error, index) => {
    if (error.keyword !== "false") return error;
    return { ...error, keywordLocation: `${errors[index - 1]?.keywordLocation ?? "#"}/false` };
  });
}

/** They say only that something within them is wrong, which is reported itself. */
const CONTAINERS: ReadonlySet<string> = new Set([
  "$ref",
  "allOf",
  "properties",
  "patternProperties",
  "additionalProperties",
  "items",
  "additionalItems",
  "if",
  "propertyNames",
]);

/** What a person has to know: of alternatives, only what is wrong with the one that was meant. */
function findingsOf(errors: readonly OutputUnit[], checked: Checked): readonly Finding[] {
  const findings: Finding[] = [];
  for (let index = 0; index < errors.length; ) {
    const error = errors[index] as OutputUnit; // index is below the length
    index += 1;
    if (error.keyword === "oneOf" || error.keyword === "anyOf") {
      const end = endOf(error, errors, index);
      for (const finding of chooseAlternative(error, errors.slice(index, end), checked)) findings.push(finding);
      index = end;
    } else if (
      !CONTAINERS.has(error.keyword) &&
      !(error.keyword === "dependencies" && endOf(error, errors, index) > index)
    ) {
      findings.push(findingOf(error, checked));
    }
  }
  // `required` is reported once for each member, and tells of all.
  return uniqueBy(findings, ({ pointer, expected }) => `${pointer} ${expected}`);
}

/** What was reported inside of a keyword follows it at once. The index behind it. */
function endOf({ keywordLocation }: OutputUnit, errors: readonly OutputUnit[], start: number): number {
  let end = start;
  while (errors[end]?.keywordLocation.startsWith(`${keywordLocation}/`)) end++;
  return end;
}

function chooseAlternative(error: OutputUnit, within: readonly OutputUnit[], checked: Checked): readonly Finding[] {
  const { rule } = ruleAt(error.keywordLocation, checked);
  const alternatives = Array.from({ length: Array.isArray(rule) ? rule.length : 0 }, (_, index) =>
    within.filter(({ keywordLocation }) => `${keywordLocation}/`.startsWith(`${error.keywordLocation}/${index}/`)),
  );
  const whole = findingOf(error, checked);
  // One without errors matches: there is more than one, which oneOf refuses.
  if (alternatives.some((errors) => errors.length === 0)) return [whole];
  const kinds = alternatives.map((errors) => errors.find((one) => isOtherKind(one, error.instanceLocation, checked)));
  const meant = alternatives.filter((_, index) => kinds[index] === undefined);
  if (meant.length === 0)
    return [
      ofKnownKind(
        kinds.filter((kind) => kind !== undefined),
        whole,
        checked,
      ),
    ];
  const found = meant.map((errors) => findingsOf(errors, checked));
  const least = Math.min(...found.map(({ length }) => length));
  const [only = [], ...others] = found.filter(({ length }) => length === least);
  return others.length === 0 ? only : [eitherOf([only, ...others], whole)];
}

/** An alternative for another kind of value: a Collection where this is a Feature, null where this is an object. */
function isOtherKind(
  { keyword, instanceLocation, keywordLocation }: OutputUnit,
  root: string,
  checked: Checked,
): boolean {
  if (keyword === "type") return instanceLocation === root || ruleAt(keywordLocation, checked).rule === "null";
  return (keyword === "const" || keyword === "enum") && instanceLocation === `${root}/type`;
}

/** It is of no kind that there is an alternative for: those that it may be. What it says of its kind itself comes first. */
function ofKnownKind(kinds: readonly OutputUnit[], whole: Finding, checked: Checked): Finding {
  const said = kinds.filter(({ instanceLocation }) => instanceLocation !== whole.pointer);
  const findings = (said.length > 0 ? said : kinds).map((error) => findingOf(error, checked));
  return eitherOf(
    findings.map((finding) => [finding]),
    whole,
  );
}

/** Nothing tells which of them was meant. */
function eitherOf(alternatives: readonly (readonly Finding[])[], whole: Finding): Finding {
  const [first, ...others] = alternatives.flat();
  if (first !== undefined && alternatives.length === others.length + 1) {
    const samePlace = others.every(({ pointer }) => pointer === first.pointer);
    const choices = new Set([first, ...others].map(({ expected }) => expected));
    if (samePlace) return { ...whole, pointer: first.pointer, expected: [...choices].join(" or ") };
  }
  const changes = alternatives.map((findings) =>
    findings.map(({ pointer, expected }) => `${expected} at ${jsonPath(pathOf(pointer))}`).join(" and "),
  );
  return { ...whole, expected: `one of these: ${[...new Set(changes)].join("; or ")}` };
}

function findingOf({ keyword, keywordLocation, instanceLocation }: OutputUnit, checked: Checked): Finding {
  const { rule, address } = ruleAt(keywordLocation, checked);
  const expected = expectedBy(keyword, rule, valueAt(checked.item, instanceLocation));
  return { pointer: instanceLocation, expected, address };
}

export function uniqueBy<T>(values: readonly T[], keyOf: (value: T) => string): readonly T[] {
  return [...new Map(values.map((value) => [keyOf(value), value])).values()];
}

interface Rule {
  readonly rule: unknown;
  /** URL of the schema and pointer to the rule in it. */
  readonly address: string;
}

/** Follows a location such as `#/allOf/0/$ref/properties/bbox/minItems` through the schemas. */
function ruleAt(location: string, { url, schemas }: Checked): Rule {
  let rule: unknown = schemas[url];
  let address = `${url}#`;
  for (const key of pointerKeys(location)) {
    if (key === "$ref" && isJsonObject(rule)) {
      address = referenceOf(rule as Schema); // an object in a schema is one
      rule = schemas[address];
      if (!address.includes("#")) address += "#";
    } else {
      rule = typeof rule === "object" && rule !== null ? (rule as Record<string, unknown>)[key] : rule;
      address += `/${key}`;
    }
  }
  return { rule, address };
}

function referenceOf({ __absolute_ref__, $ref }: Schema): string {
  return (__absolute_ref__ ?? $ref ?? "").replace(/#$/, "");
}

function pointerKeys(pointer: string): readonly string[] {
  const [, ...keys] = pointer.split("/");
  return keys.map((key) => decodeURIComponent(key).replaceAll("~1", "/").replaceAll("~0", "~"));
}

function pathOf(pointer: string): readonly PropertyKey[] {
  return pointerKeys(pointer).map((key) => (/^\d+$/.test(key) ? Number(key) : key));
}

function valueAt(root: Json, pointer: string): unknown {
  return pointerKeys(pointer).reduce<unknown>(
    (value, key) => (typeof value === "object" && value !== null ? (value as Record<string, unknown>)[key] : undefined),
    root,
  );
}
