/** A DynamoDB of one table in memory, for the commands that the store of bulk runs sends. Answers are in small parts, as large ones are. */
import {
  BatchExecuteStatementCommand,
  BatchGetItemCommand,
  BatchWriteItemCommand,
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  type QueryCommandInput,
  TransactionCanceledException,
  type TransactWriteItem,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import { insertedItem, keyOf } from "../state/partiql.ts";
import { holds, type Item, type Names, updated } from "./expressions.ts";

export interface FakeTable {
  readonly client: Pick<DynamoDBClient, "send">;
  readonly items: Map<string, Item>;
}

export interface TableFaults {
  /** Codes in the place of a transaction's outcome: `TransactionConflict`. */
  conflict?(): string | undefined;
  /** How many of a batch are done; the others are left unprocessed. */
  processed?(count: number): number;
  /** Items of a page of a query. */
  readonly page?: number;
}

const FEW = 5;
const META = { $metadata: {} };

export function makeFakeTable(faults: TableFaults = {}): FakeTable {
  const items = new Map<string, Item>();
  const tokens = new Map<string, string>();

  function update({ Key, UpdateExpression, ConditionExpression, ...names }: NonNullable<TransactWriteItem["Update"]>) {
    const key = keyOf(Key ?? {});
    const item = items.get(key);
    if (!holds(ConditionExpression, item ?? {}, names)) return undefined;
    return () => items.set(key, updated(UpdateExpression ?? "", { ...Key, ...item }, names));
  }

  /** What a write does; undefined where its condition does not hold. */
  function writeOf({ Put, Update, Delete }: TransactWriteItem): (() => unknown) | undefined {
    if (Update) return update(Update);
    const key = keyOf(Delete?.Key ?? Put?.Item ?? {});
    const { ConditionExpression, ...names } = Put ?? Delete ?? {};
    if (!holds(ConditionExpression, items.get(key) ?? {}, names)) return undefined;
    return () => (Delete ? items.delete(key) : items.set(key, Put?.Item ?? {}));
  }

  function transact(writes: readonly TransactWriteItem[], token: string): void {
    const keys = writes.map(({ Put, Update, Delete }) => keyOf(Put?.Item ?? Update?.Key ?? Delete?.Key ?? {}));
    if (keys.length > 100 || new Set(keys).size < keys.length)
      throw new Error("ValidationException: too many, or twice");
    const text = JSON.stringify(writes);
    const known = tokens.get(token);
    if (known !== undefined && known !== text) throw new Error("IdempotentParameterMismatchException");
    if (known !== undefined) return;
    const conflict = faults.conflict?.();
    const effects = writes.map(writeOf);
    if (conflict !== undefined || effects.includes(undefined)) {
      const codes = effects.map((effect) => ({
        Code: effect === undefined ? "ConditionalCheckFailed" : (conflict ?? "None"),
      }));
      throw new TransactionCanceledException({ message: "cancelled", CancellationReasons: codes, ...META });
    }
    for (const effect of effects) effect?.();
    tokens.set(token, text);
  }

  function query({
    IndexName,
    ExclusiveStartKey,
    Limit = faults.page ?? FEW,
    FilterExpression,
    ScanIndexForward = true,
    ...input
  }: QueryCommandInput) {
    const { ":pk": pk } = input.ExpressionAttributeValues ?? {};
    const found = [...items.values()]
      // What the condition says too, said sooner.
      .filter((item) => pk === undefined || item.pk?.S === pk.S)
      .filter((item) => holds(input.KeyConditionExpression, item, named(input)))
      .toSorted((a, b) => (ScanIndexForward ? 1 : -1) * Buffer.compare(Buffer.from(keyOf(a)), Buffer.from(keyOf(b))));
    if (IndexName === undefined && !input.ConsistentRead) throw new Error("a query that may be late");
    const start = ExclusiveStartKey && keyOf(ExclusiveStartKey);
    const rest = start === undefined ? found : found.slice(found.findIndex((item) => keyOf(item) === start) + 1);
    const page = rest.slice(0, Math.min(Limit, faults.page ?? FEW));
    const last = rest.length > page.length ? page.at(-1) : undefined;
    return {
      Items: page.filter((item) => holds(FilterExpression, item, named(input))).map((item) => structuredClone(item)),
      ...(last?.pk && last.sk && { LastEvaluatedKey: { pk: last.pk, sk: last.sk } }),
      ...META,
    };
  }

  function processed<T>(all: readonly T[]): readonly [readonly T[], T[]] {
    const count = faults.processed?.(all.length) ?? all.length;
    return [all.slice(0, count), all.slice(count)];
  }

  // One overload for each command; the answers are those of the commands' own types.
  const send = async (command: unknown): Promise<unknown> => {
    if (command instanceof GetItemCommand)
      return { Item: structuredClone(items.get(keyOf(command.input.Key ?? {}))), ...META };
    if (command instanceof PutItemCommand || command instanceof DeleteItemCommand) {
      const kind = command instanceof PutItemCommand ? "Put" : "Delete";
      const effect = writeOf({ [kind]: command.input });
      if (effect === undefined) throw refused();
      effect();
      return META;
    }
    if (command instanceof QueryCommand) return query(command.input);
    if (command instanceof UpdateItemCommand) {
      const effect = update(command.input as NonNullable<TransactWriteItem["Update"]>); // it has an expression
      if (effect === undefined) throw refused();
      return effect() && META;
    }
    if (command instanceof TransactWriteItemsCommand) {
      transact(command.input.TransactItems ?? [], command.input.ClientRequestToken ?? "");
      return META;
    }
    if (command instanceof BatchGetItemCommand) {
      const [[table = "", { Keys = [] } = {}] = []] = Object.entries(command.input.RequestItems ?? {});
      const [now, later] = processed(Keys);
      const found = now.map((key) => structuredClone(items.get(keyOf(key)))).filter((item) => item !== undefined);
      return {
        Responses: { [table]: found },
        UnprocessedKeys: later.length ? { [table]: { Keys: later } } : {},
        ...META,
      };
    }
    if (command instanceof BatchWriteItemCommand) {
      const [[table = "", requests = []] = []] = Object.entries(command.input.RequestItems ?? {});
      const [now, later] = processed(requests);
      for (const { DeleteRequest } of now) items.delete(keyOf(DeleteRequest?.Key ?? {}));
      return { UnprocessedItems: later.length ? { [table]: later } : {}, ...META };
    }
    if (command instanceof BatchExecuteStatementCommand) {
      const Responses = (command.input.Statements ?? []).map(({ Statement = "", Parameters = [] }) => {
        const item = insertedItem(Statement, Parameters);
        if (items.has(keyOf(item))) return { Error: { Code: "DuplicateItem" } };
        items.set(keyOf(item), item);
        return {};
      });
      return { Responses, ...META };
    }
    throw new Error(`no such command: ${String(command?.constructor.name)}`);
  };
  return { client: { send: send as DynamoDBClient["send"] }, items };
}

function refused(): Error {
  return new ConditionalCheckFailedException({ message: "The conditional request failed", ...META });
}

function named({ ExpressionAttributeNames, ExpressionAttributeValues }: QueryCommandInput): Names {
  return { ExpressionAttributeNames, ExpressionAttributeValues };
}
