/** Runs PartiQL statements 25 at a time, each with an outcome of its own. */
import { BatchExecuteStatementCommand, type BatchStatementResponse } from "@aws-sdk/client-dynamodb";
import { CirrusError, EXIT, InvalidInput } from "../../errors.ts";
import type { Item } from "./attribute-values.ts";
import type { Statement } from "./statements.ts";
import { inParallel, slices, type Table, untilDone } from "./table.ts";

/** DynamoDB takes no more in a call, and not two that write the same item. */
const MOST_STATEMENTS = 25;

/** What a statement came to; without the item where DynamoDB did not give it. */
export type StatementOutcome =
  | { readonly outcome: "done"; readonly item: Item | undefined }
  | { readonly outcome: "refused"; readonly item: Item | undefined };

/** No two of the statements may write the same item. Outcomes come in the order of the statements. */
export async function runStatements(
  statements: readonly Statement[],
  table: Table,
): Promise<readonly StatementOutcome[]> {
  const outcomes = await inParallel(slices(statements, MOST_STATEMENTS), (slice) => runSlice(slice, table));
  return outcomes.flat();
}

async function runSlice(statements: readonly Statement[], table: Table): Promise<readonly StatementOutcome[]> {
  const outcomes: StatementOutcome[] = [];
  await untilDone([...statements.entries()], table, async (rest) => {
    const responses = await send(
      rest.map(([, statement]) => statement),
      table,
    );
    let reason: string | undefined;
    const again = rest.filter(([index, statement], i) => {
      const response = responses[i] ?? { Error: { Code: "InternalServerError", Message: "no answer" } };
      const outcome = outcomeOf(response, statement, table);
      if (outcome === "again") reason = `${response.Error?.Code}: ${response.Error?.Message}`;
      else outcomes[index] = outcome;
      return outcome === "again";
    });
    return { rest: again, reason };
  });
  return outcomes;
}

async function send(statements: readonly Statement[], { client }: Table): Promise<readonly BatchStatementResponse[]> {
  const { Responses = [] } = await client.send(
    new BatchExecuteStatementCommand({
      Statements: statements.map(({ text, parameters }) => ({
        Statement: text,
        Parameters: [...parameters],
        ReturnValuesOnConditionCheckFailure: "ALL_OLD",
      })),
    }),
  );
  return Responses;
}

/** `again`: DynamoDB may take it later. Whether it has taken it already is seen then, by the step it left. */
function outcomeOf(
  { Error: error, Item }: BatchStatementResponse,
  statement: Statement,
  { table }: Table,
): StatementOutcome | "again" {
  switch (error?.Code) {
    case undefined:
      return { outcome: "done", item: Item ?? statement.item };
    case "ConditionalCheckFailed":
    case "DuplicateItem":
      return { outcome: "refused", item: error?.Item };
    case "InternalServerError":
    case "ProvisionedThroughputExceeded":
    case "RequestLimitExceeded":
    case "ThrottlingError":
    case "TransactionConflict":
      return "again";
    default:
      throw permanent(error?.Code, error?.Message, table);
  }
}

function permanent(code: string | undefined, message = "", table: string): CirrusError {
  const text = `DynamoDB refused to write to the table ${table}: ${code}: ${message}`;
  if (/item size/i.test(message)) {
    return new InvalidInput(text, { hint: "A record has at most 400 kB: the payload's items have too long URLs." });
  }
  if (code === "AccessDenied") {
    return new CirrusError(text, {
      hint: "Allow dynamodb:PartiQLInsert and dynamodb:PartiQLUpdate on the table.",
      exitCode: EXIT.credentials,
    });
  }
  if (code === "ResourceNotFound") {
    return new CirrusError(text, {
      hint: "Check the table's name (CIRRUS_STATE_DB, CIRRUS_BULK_TABLE) and the region.",
      exitCode: EXIT.config,
    });
  }
  return new CirrusError(text);
}
