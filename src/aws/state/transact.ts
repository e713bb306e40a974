/** Writes several items in one transaction, whole or not at all. */
import { type TransactWriteItem, TransactWriteItemsCommand } from "@aws-sdk/client-dynamodb";
import type { Table } from "./table.ts";

/**
 * Undefined where all was written; otherwise why each of them was refused, in their order: `ConditionalCheckFailed`, or `None`
 * for those that were not the reason. `token`: the client sends the transaction again with it where the answer is lost, and
 * what was done is not done twice.
 */
export async function transact(
  writes: readonly TransactWriteItem[],
  token: string,
  { client }: Pick<Table, "client">,
): Promise<readonly (string | undefined)[] | undefined> {
  try {
    await client.send(new TransactWriteItemsCommand({ TransactItems: [...writes], ClientRequestToken: token }));
    return undefined;
  } catch (thrown) {
    const codes = reasonsOf(thrown);
    if (codes === undefined || codes.includes("ValidationError")) throw thrown;
    return codes;
  }
}

function reasonsOf(thrown: unknown): readonly (string | undefined)[] | undefined {
  if (!(thrown instanceof Error) || thrown.name !== "TransactionCanceledException") return undefined;
  // The SDK's error has this member, though not its class's name where several copies of the SDK are loaded.
  const { CancellationReasons = [] } = thrown as { CancellationReasons?: readonly { Code?: string }[] };
  return CancellationReasons.map(({ Code }) => Code);
}
