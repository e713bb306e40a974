/** Puts an item in the place of the one that was read, and of no other. */
import type { TransactWriteItem } from "@aws-sdk/client-dynamodb";
import { type Item, toAttribute } from "../state/attribute-values.ts";

/** `version`: of the item that it takes the place of; 0 where there must be none. */
export function versionedPut(TableName: string, Item: Item, version: number): TransactWriteItem {
  if (version === 0) return { Put: { TableName, Item, ConditionExpression: "attribute_not_exists(pk)" } };
  return {
    Put: {
      TableName,
      Item,
      ConditionExpression: "#version = :version",
      ExpressionAttributeNames: { "#version": "version" },
      ExpressionAttributeValues: { ":version": toAttribute(version) },
    },
  };
}
