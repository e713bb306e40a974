import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { once } from "../../once.ts";
import type { ClientOptions } from "../services/settings.ts";

export function lazyDynamoDb(options: ClientOptions): () => Promise<DynamoDBClient> {
  return once(async () => (await import("../services/dynamodb.ts")).connectDynamoDb(options));
}
