/** The client of DynamoDB; `state/` makes its calls. */
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { type ClientOptions, clientSettings, explained } from "./settings.ts";

export function connectDynamoDb(options: ClientOptions): DynamoDBClient {
  return explained(new DynamoDBClient(clientSettings(options)), "DynamoDB", options);
}
