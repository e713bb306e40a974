/** DynamoDB's typed values to plain ones and back. A member that is undefined is left out, as JSON does. */
import type { AttributeValue } from "@aws-sdk/client-dynamodb";

export type Plain =
  | string
  | number
  | boolean
  | Uint8Array
  | readonly Plain[]
  | { readonly [member: string]: Plain | undefined };

export type Item = Record<string, AttributeValue>;

export function toAttribute(value: Plain): AttributeValue {
  if (typeof value === "string") return { S: value };
  if (typeof value === "number") return { N: String(value) };
  if (typeof value === "boolean") return { BOOL: value };
  if (value instanceof Uint8Array) return { B: value };
  if (isList(value)) return { L: value.map(toAttribute) };
  return { M: toItem(value) };
}

export function toItem(members: { readonly [member: string]: Plain | undefined }): Item {
  return Object.fromEntries(
    Object.entries(members).flatMap(([name, value]) => (value === undefined ? [] : [[name, toAttribute(value)]])),
  );
}

export function fromAttribute(attribute: AttributeValue): Plain {
  if (attribute.S !== undefined) return attribute.S;
  if (attribute.N !== undefined) return Number(attribute.N);
  if (attribute.BOOL !== undefined) return attribute.BOOL;
  if (attribute.B !== undefined) return attribute.B;
  if (attribute.L !== undefined) return attribute.L.map(fromAttribute);
  if (attribute.M !== undefined) return fromItem(attribute.M);
  throw new Error(`The state table holds a value of a type that Cirrus does not write: ${Object.keys(attribute)}.`);
}

export function fromItem(item: Item): { readonly [member: string]: Plain } {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, fromAttribute(value)]));
}

/** Array.isArray does not narrow a readonly array. */
function isList(value: Plain): value is readonly Plain[] {
  return Array.isArray(value);
}
