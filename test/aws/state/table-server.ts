/**
 * A DynamoDB of one table behind HTTP, for the real client: just the statements and expressions that the state store
 * writes, with the outcomes that AWS documents, pages of a few entries, and faults where a test wants them.
 */
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { type AttributeValue, DynamoDBClient } from "@aws-sdk/client-dynamodb";

export type Item = Record<string, AttributeValue>;

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

/** Entries of a page of a query that names no smaller limit. */
const PAGE = 7;

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
interface Input {
  readonly Statements: readonly { readonly Statement: string; readonly Parameters: readonly AttributeValue[] }[];
  readonly RequestItems: Record<string, { readonly Keys: readonly Item[]; readonly ConsistentRead?: boolean }>;
  readonly Key: Item;
  readonly TransactItems: readonly { readonly Put?: Write; readonly Update?: Write }[];
  readonly IndexName?: string;
  readonly KeyConditionExpression: string;
  readonly FilterExpression?: string;
  readonly ExpressionAttributeNames?: Record<string, string>;
  readonly ExpressionAttributeValues: Item;
  readonly ScanIndexForward?: boolean;
  readonly ExclusiveStartKey?: Item;
  readonly Limit?: number;
}

interface Write {
  readonly Item: Item;
  readonly Key: Item;
  readonly ConditionExpression?: string;
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

  function added({ Key, ExpressionAttributeValues: values }: Write): Item {
    const count = Number(items.get(keyOf(Key))?.count?.N ?? 0) + Number(values[":count"]?.N);
    const { ":workflow": workflow, ":collections": collections, ":state": state } = values;
    if (!workflow || !collections || !state) throw new Error("a counter without its parts");
    return { ...Key, workflow, collections, state, count: { N: String(count) } };
  }

  function runStatement(text: string, parameters: readonly AttributeValue[]): object {
    const fault = faults.statement?.(text);
    if (fault !== undefined && fault.done !== true)
      return { Error: { Code: fault.code, Message: fault.message ?? "" } };
    const response = text.startsWith("INSERT") ? insert(text, parameters) : update(text, parameters);
    return fault === undefined ? response : { Error: { Code: fault.code, Message: fault.message ?? "" } };
  }

  function insert(text: string, parameters: readonly AttributeValue[]): object {
    const names = [...text.matchAll(/'(\w+)': \?/g)].map(([, name]) => name);
    const item = Object.fromEntries(names.map((name, i) => [name, parameters[i]])) as Item; // one value for each name
    if (items.has(keyOf(item))) return { Error: { Code: "DuplicateItem", Message: "Duplicate primary key" } };
    put(item);
    return { TableName: "state" };
  }

  function update(text: string, parameters: readonly AttributeValue[]): object {
    const item = items.get(keyOfStatement(text, parameters));
    const message = "The conditional request failed";
    if (item === undefined) return { Error: { Code: "ConditionalCheckFailed", Message: message } };
    const [assignments = "", conditions = ""] = text.split(" WHERE ");
    const values = parameters.values();
    const next = structuredClone(item);
    for (const [, name = "", index, from] of assignments.matchAll(/SET "(\w+)"(\[\d+\])? = ("\w+" \+ )?\?/g)) {
      const value = values.next().value ?? { S: "" };
      if (index !== undefined) next[name] = { L: [...(next[name]?.L ?? []), value] };
      else next[name] = from === undefined ? value : { N: String(Number(next[name]?.N) + Number(value.N)) };
    }
    for (const [, name = ""] of assignments.matchAll(/REMOVE "(\w+)"/g)) delete next[name];
    const holds = conditions
      .replace(" RETURNING ALL NEW *", "")
      .split(" AND ")
      .map((one) => test(one, item, values));
    if (holds.includes(false)) return { Error: { Code: "ConditionalCheckFailed", Message: message, Item: item } };
    put(next);
    return { TableName: "state", Item: next };
  }
}

/** One condition of a statement; takes its value, if it has one. */
function test(condition: string, item: Item, values: Iterator<AttributeValue>): boolean {
  const [, size, name = "", operator = "", operand = ""] =
    /^(size\()?"(\w+)"\)? (=|<|IN|IS NOT) (.+)$/.exec(condition) ?? [];
  const attribute = item[name];
  const found = size === undefined ? Object.values(attribute ?? {})[0] : attribute?.L?.length;
  if (operator === "IS NOT") return attribute !== undefined;
  if (operator === "IN") return operand.includes(`'${found}'`);
  const value = operand === "?" ? Object.values(values.next().value ?? {})[0] : operand.replaceAll("'", "");
  return operator === "=" ? String(found) === String(value) : Number(found) < Number(value);
}

function keyOf({ pk, sk }: Item): string {
  return `${pk?.S}\n${sk?.S}`;
}

function keyOfStatement(text: string, parameters: readonly AttributeValue[]): string {
  const part = (name: string) => {
    const at = text.search(new RegExp(`'${name}': \\?|"${name}" = \\?`));
    return parameters[text.slice(0, at).split("?").length - 1]?.S;
  };
  return `${part("pk")}\n${part("sk")}`;
}

function query(all: readonly Item[], input: Input): object {
  const { IndexName, ScanIndexForward = true, ExclusiveStartKey, Limit = PAGE, FilterExpression = "" } = input;
  const sort = IndexName === undefined ? "sk" : "sortKey";
  const sign = ScanIndexForward ? 1 : -1;
  const order = (a: Item, b: Item) =>
    sign * (compare(a[sort]?.S, b[sort]?.S) || compare(a.pk?.S, b.pk?.S) || compare(a.sk?.S, b.sk?.S));
  const found = all
    .filter((item) => holds(input.KeyConditionExpression, item, input))
    .filter((item) => ExclusiveStartKey === undefined || order(ExclusiveStartKey, item) < 0)
    .toSorted(order);
  const page = found.slice(0, Math.min(Limit, PAGE));
  const last = page.at(-1);
  const { pk, sk } = last ?? {};
  const end =
    last === undefined || found.length === page.length ? {} : { LastEvaluatedKey: { pk, sk, [sort]: last[sort] } };
  return { Items: page.filter((item) => holds(FilterExpression, item, input)), ...end };
}

function holds(
  expression: string,
  item: Item,
  { ExpressionAttributeNames: names, ExpressionAttributeValues: values }: Input,
) {
  const text = (name = "") => item[names?.[name] ?? name]?.S;
  const value = (name = "") => values[name]?.S ?? "";
  const equal = [...expression.matchAll(/(#?\w+) = (:\w+)/g)].every(([, a, b]) => text(a) === value(b));
  const within = [...expression.matchAll(/(\w+) BETWEEN (:\w+) AND (:\w+)/g)].every(([, a, low, high]) => {
    const found = text(a);
    return found !== undefined && compare(found, value(low)) >= 0 && compare(found, value(high)) <= 0;
  });
  const begins = [...expression.matchAll(/begins_with\((#?\w+), (:\w+)\)/g)];
  return equal && within && begins.every(([, a, prefix]) => text(a)?.startsWith(value(prefix)) ?? false);
}

function compare(a = "", b = ""): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
