/** The PartiQL statements that the state store writes, and no others, applied to items. */
import type { AttributeValue } from "@aws-sdk/client-dynamodb";

export type Item = Record<string, AttributeValue>;

export function keyOf({ pk, sk }: Item): string {
  return `${pk?.S}\n${sk?.S}`;
}

export function keyOfStatement(text: string, parameters: readonly AttributeValue[]): string {
  const part = (name: string) => {
    const at = text.search(new RegExp(`'${name}': \\?|"${name}" = \\?`));
    return parameters[text.slice(0, at).split("?").length - 1]?.S;
  };
  return `${part("pk")}\n${part("sk")}`;
}

export function insertedItem(text: string, parameters: readonly AttributeValue[]): Item {
  const names = [...text.matchAll(/'(\w+)': \?/g)].map(([, name]) => name);
  return Object.fromEntries(names.map((name, i) => [name, parameters[i]])) as Item; // one value for each name
}

/** Undefined where a condition does not hold. */
export function updatedItem(text: string, parameters: readonly AttributeValue[], item: Item): Item | undefined {
  const [assignments = "", conditions = ""] = text.replace(" RETURNING ALL NEW *", "").split(" WHERE ");
  const values = parameters.values();
  const next = structuredClone(item);
  for (const [, name = "", index, from] of assignments.matchAll(/SET "(\w+)"(\[\d+\])? = ("\w+" \+ )?\?/g)) {
    const value = values.next().value ?? { S: "" };
    if (index !== undefined) next[name] = { L: [...(next[name]?.L ?? []), value] };
    else next[name] = from === undefined ? value : { N: String(Number(next[name]?.N) + Number(value.N)) };
  }
  for (const [, name = ""] of assignments.matchAll(/REMOVE "(\w+)"/g)) delete next[name];
  const results = conditions.split(" AND ").map((condition) => holds(condition, item, values));
  return results.includes(false) ? undefined : next;
}

/** One condition of a statement; takes its value, if it has one. */
function holds(condition: string, item: Item, values: Iterator<AttributeValue>): boolean {
  const [, size, name = "", operator = "", operand = ""] =
    /^(size\()?"(\w+)"\)? (=|<|IN|IS NOT) (.+)$/.exec(condition) ?? [];
  const attribute = item[name];
  const found = size === undefined ? Object.values(attribute ?? {})[0] : attribute?.L?.length;
  if (operator === "IS NOT") return attribute !== undefined;
  if (operator === "IN") return operand.includes(`'${found}'`);
  const value = operand === "?" ? Object.values(values.next().value ?? {})[0] : operand.replaceAll("'", "");
  return operator === "=" ? String(found) === String(value) : Number(found) < Number(value);
}
