/** The state table as the stack declares it. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CreateTableCommand, type CreateTableCommandInput, type DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { parse } from "yaml";

/** The emulator knows these of what the stack says of its table. The result is the ARN of its stream. */
export async function createStateTable(client: DynamoDBClient, table: string): Promise<string> {
  const file = join(import.meta.dirname, "../../../cloudformation/state.yml");
  const { Resources } = parse(readFileSync(file, "utf8"), { logLevel: "silent" });
  const { AttributeDefinitions, KeySchema, GlobalSecondaryIndexes, StreamSpecification, BillingMode } =
    Resources.StateTable.Properties;
  const input: CreateTableCommandInput = {
    TableName: table,
    AttributeDefinitions,
    KeySchema,
    GlobalSecondaryIndexes,
    BillingMode,
    StreamSpecification: { ...StreamSpecification, StreamEnabled: true },
  };
  const { TableDescription } = await client.send(new CreateTableCommand(input));
  return TableDescription?.LatestStreamArn ?? "";
}
