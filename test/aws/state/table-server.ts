/**
 * A DynamoDB of one table behind HTTP, for the real client: just the statements and expressions that the state store
 * writes, with the outcomes that AWS documents, pages of a few entries, and faults where a test wants them.
 */
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { type AttributeValue, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { type Item, insertedItem, keyOf, keyOfStatement, updatedItem } from "./partiql.ts";
import { type QueryInput, query } from "./query.ts";

export interface StreamRecord {
  readonly dynamodb: {
    readonly SequenceNumber: string;
    readonly Keys: Item;
    readonly OldImage: Item | undefined;
    readonly NewImage: Item;
  };
}

/** What goes wrong with a call or a statement: `lost` happens, but its answer never arrives. */
export type CallFault = "lost" | "refused-connection" | "throttled";
export interface Faults {
  call?(operation: string): CallFault | undefined;
  /** An error code in the place of the statement's outcome. `after` it was done all the same. */
  statement?(text: string): { readonly code: string; readonly done?: boolean; readonly message?: string } | undefined;
  /** Refusals come without the record, although the statement asks for it: in a batch DynamoDB has been seen to do so. */
  readonly bareRefusals?: boolean;
  /** How many keys of a BatchGetItem are answered; the others are unprocessed. */
  answeredKeys?(): number;
}

export interface TableServer {
  readonly client: DynamoDBClient;
  /** Operations in the order in which they came. */
  readonly calls: string[];
  readonly items: Map<string, Item>;
  readonly stream: StreamRecord[];
  close(): Promise<void>;
}

interface Failure {
  readonly status: number;
  readonly type: string;
  readonly message: string;
}

function isFailure(result: object): result is Failure {
  return "status" in result && "type" in result;
}

export async function startTableServer(faults: Faults = {}): Promise<TableServer> {
  const calls: string[] = [];
  const items = new Map<string, Item>();
  const stream: StreamRecord[] = [];
  const operations = makeOperations(items, stream, faults);

  const server: Server = createServer(async (request, response) => {
    const operation = String(request.headers["x-amz-target"]).replace(/^.*\./, "");
    const input = JSON.parse(await bodyOf(request)) as Input;
    calls.push(operation);
    const fault = faults.call?.(operation);
    if (fault === "refused-connection") return request.socket.destroy();
    if (fault === "throttled") return answer(400, { __type: "com.amazon#ThrottlingException", message: "slow down" });
    const result = operations[operation]?.(input) ?? { status: 400, type: "UnknownOperation", message: operation };
    if (fault === "lost") return request.socket.destroy();
    if (isFailure(result))
      return answer(result.status, { __type: `com.amazon#${result.type}`, message: result.message });
    return answer(200, result);

    function answer(status: number, body: object): void {
      response.writeHead(status, { "content-type": "application/x-amz-json-1.0" }).end(JSON.stringify(body));
    }
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  const { port } = server.address() as AddressInfo; // it listens on a port
  const client = new DynamoDBClient({
    endpoint: `http://127.0.0.1:${port}`,
    region: "us-west-2",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
    maxAttempts: 4,
    // The client waits between its tries; the tests do not.
    retryStrategy: {
      acquireInitialRetryToken: async () => ({ getRetryCount: () => 0, getRetryDelay: () => 0 }),
      refreshRetryTokenForRetry: async (token) => {
        const count = token.getRetryCount() + 1;
        if (count >= 4) throw new Error("given up");
        return { getRetryCount: () => count, getRetryDelay: () => 0 };
      },
      recordSuccess: () => undefined,
    },
  });
  const close = async () => {
    client.destroy();
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  };
  return { client, calls, items, stream, close };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}

/** What the store sends of the inputs of all operations. */
interface Input extends QueryInput {
  readonly Statements: readonly { readonly Statement: string; readonly Parameters: readonly AttributeValue[] }[];
  readonly RequestItems: Record<string, { readonly Keys: readonly Item[]; readonly ConsistentRead?: boolean }>;
  readonly Key: Item;
  readonly TransactItems: readonly { readonly Put?: Write; readonly Update?: Write }[];
}

interface Write {
  readonly Item: Item;
  readonly Key: Item;
  readonly ConditionExpression?: string;
  readonly UpdateExpression: string;
  readonly ExpressionAttributeNames: Record<string, string>;
  readonly ExpressionAttributeValues: Item;
}

function makeOperations(items: Map<string, Item>, stream: StreamRecord[], faults: Faults) {
  function put(item: Item): void {
    const key = keyOf(item);
    const { pk = { S: "" }, sk = { S: "" } } = item;
    // Gaps, and more digits than a number of JavaScript holds.
    const SequenceNumber = String(10n ** 24n + BigInt(stream.length) * 7n);
    stream.push({ dynamodb: { SequenceNumber, Keys: { pk, sk }, OldImage: items.get(key), NewImage: item } });
    items.set(key, item);
  }

  const operations: Record<string, (input: Input) => object | Failure> = {
    BatchExecuteStatement: ({ Statements }) => {
      if (Statements.length > 25) return { status: 400, type: "ValidationException", message: "more than 25" };
      const keys = Statements.map(({ Statement, Parameters }) => keyOfStatement(Statement, Parameters));
      if (new Set(keys).size < keys.length) return { status: 400, type: "ValidationException", message: "item twice" };
      return { Responses: Statements.map((one) => runStatement(one.Statement, one.Parameters)) };
    },
    BatchGetItem: ({ RequestItems }) => {
      const [[table = "", { Keys, ConsistentRead } = { Keys: [] }] = []] = Object.entries(RequestItems);
      if (Keys.length > 100 || !ConsistentRead) return { status: 400, type: "ValidationException", message: "keys" };
      const answered = Keys.slice(0, faults.answeredKeys?.() ?? Keys.length);
      const rest = Keys.slice(answered.length);
      return {
        Responses: { [table]: answered.map((key) => items.get(keyOf(key))).filter((item) => item !== undefined) },
        UnprocessedKeys: rest.length > 0 ? { [table]: { Keys: rest, ConsistentRead } } : {},
      };
    },
    GetItem: ({ Key }) => ({ Item: items.get(keyOf(Key)) }),
    Query: (input) => query([...items.values()], input),
    TransactWriteItems: ({ TransactItems }) => {
      const writes = TransactItems.flatMap(({ Put, Update }) => [Put, Update].flatMap((write) => write ?? []));
      if (writes.length > 100) return { status: 400, type: "ValidationException", message: "more than 100" };
      const failed = writes.some((write) => write.ConditionExpression !== undefined && !mayPut(write));
      const message = "Transaction cancelled: [ConditionalCheckFailed]";
      if (failed) return { status: 400, type: "TransactionCanceledException", message };
      for (const write of writes) put(write.Item ?? added(write));
      return {};
    },
  };
  return operations;

  function mayPut({ Item, ConditionExpression, ExpressionAttributeValues }: Write): boolean {
    const known = items.get(keyOf(Item));
    if (ConditionExpression === "attribute_not_exists(pk)") return known === undefined;
    if (ConditionExpression !== "#sequence = :known") throw new Error(`no such condition: ${ConditionExpression}`);
    return known?.sequence?.S === ExpressionAttributeValues[":known"]?.S;
  }

  function added({
    Key,
    UpdateExpression,
    ExpressionAttributeNames: names,
    ExpressionAttributeValues: values,
  }: Write): Item {
    const next: Item = { ...Key, ...items.get(keyOf(Key)) };
    const [additions = "", settings = ""] = UpdateExpression.replace(/^ADD /, "").split(" SET ");
    for (const [, name = "", value = ""] of additions.matchAll(/(#\w+) (:\w+)/g)) {
      const attribute = names[name] ?? name;
      next[attribute] = { N: String(Number(next[attribute]?.N ?? 0) + Number(values[value]?.N)) };
    }
    for (const [, name = "", value = ""] of settings.matchAll(/(#?\w+) = (:\w+)/g)) {
      const found = values[value];
      if (found === undefined) throw new Error(`no value for ${value}`);
      next[names[name] ?? name] = found;
    }
    return next;
  }

  function runStatement(text: string, parameters: readonly AttributeValue[]): object {
    const fault = faults.statement?.(text);
    if (fault !== undefined && fault.done !== true)
      return { Error: { Code: fault.code, Message: fault.message ?? "" } };
    const response = text.startsWith("INSERT") ? insert(text, parameters) : update(text, parameters);
    return fault === undefined ? response : { Error: { Code: fault.code, Message: fault.message ?? "" } };
  }

  function insert(text: string, parameters: readonly AttributeValue[]): object {
    const item = insertedItem(text, parameters);
    if (items.has(keyOf(item))) return { Error: { Code: "DuplicateItem", Message: "Duplicate primary key" } };
    put(item);
    return { TableName: "state" };
  }

  function update(text: string, parameters: readonly AttributeValue[]): object {
    const item = items.get(keyOfStatement(text, parameters));
    const next = item && updatedItem(text, parameters, item);
    if (next === undefined) {
      const refused = { Code: "ConditionalCheckFailed", Message: "The conditional request failed" };
      return { Error: faults.bareRefusals ? refused : { ...refused, Item: item } };
    }
    put(next);
    return { TableName: "state", Item: next };
  }
}
