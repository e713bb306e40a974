/** DynamoDB's update expressions, from what is to be set and what must hold. */
import type { Update } from "@aws-sdk/client-dynamodb";
import { type Item, type Plain, toAttribute } from "./attribute-values.ts";

export interface Change {
  /** Undefined removes. */
  readonly set: Readonly<Record<string, Plain | undefined>>;
  /** What these must be; one of several. Whatever else is asked for, the item has to be there. */
  readonly where?: Readonly<Record<string, string | number | readonly string[]>>;
}

export type UpdateInput = Update & { readonly UpdateExpression: string };

/** Every name stands for itself behind `#`: DynamoDB keeps many common words for itself. */
export function updateOf(table: string, Key: Item, { set, where = {} }: Change): UpdateInput {
  const members = Object.entries(set);
  const given = members.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
  const removed = members.filter(([, value]) => value === undefined).map(([name]) => `#${name}`);
  const conditions = Object.entries(where).map(([name, value]) => [name, [value].flat()] as const);
  const names = ["pk", ...members.map(([name]) => name), ...conditions.map(([name]) => name)];
  const values = [
    ...given.map(([name, value]) => [`:${name}`, value] as const),
    ...conditions.flatMap(([name, all]) => all.map((value, i) => [`:was_${name}_${i}`, value] as const)),
  ];
  const setting = given.map(([name]) => `#${name} = :${name}`).join(", ");
  const parts = [setting && `SET ${setting}`, removed.length > 0 && `REMOVE ${removed.join(", ")}`];
  const tests = conditions.map(([name, all]) => `#${name} IN (${all.map((_, i) => `:was_${name}_${i}`).join(", ")})`);
  return {
    TableName: table,
    Key,
    UpdateExpression: parts.filter(Boolean).join(" "),
    ConditionExpression: ["attribute_exists(#pk)", ...tests].join(" AND "),
    ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
    ...(values.length > 0 && {
      ExpressionAttributeValues: Object.fromEntries(values.map(([name, value]) => [name, toAttribute(value)])),
    }),
  };
}
