/**
 * An AWS that answers everything at once and does nothing: what is left is the cost of the caller. A process of its own;
 * its parent sets the delays of its services and asks what was called.
 */
import { createServer, type IncomingMessage } from "node:http";
import { setTimeout as pause } from "node:timers/promises";

export type Service = "dynamodb" | "s3" | "sfn" | "sns" | "sqs";
export type Delays = Readonly<Record<Service, number>>;

export type Order =
  | { readonly order: "delays"; readonly delays: Delays }
  /** Answered with what was called since the last time, by service and action. */
  | { readonly order: "calls" };

export type Report = { readonly port: number } | { readonly calls: Readonly<Record<string, number>> };

interface Call {
  readonly service: Service;
  readonly action: string;
  readonly answer: string;
}

/** DynamoDB's own spelling of values. */
interface Statement {
  readonly Statement: string;
  readonly Parameters?: readonly { readonly S?: string }[];
}

let delays: Delays = { dynamodb: 0, s3: 0, sfn: 0, sns: 0, sqs: 0 };
let calls: Record<string, number> = {};

const server = createServer(async (request, response) => {
  const call = answerTo(request, await bodyOf(request));
  const key = `${call.service}:${call.action}`;
  calls[key] = (calls[key] ?? 0) + 1;
  if (delays[call.service] > 0) await pause(delays[call.service]);
  const type = call.service === "sns" ? "text/xml" : "application/x-amz-json-1.0";
  response.writeHead(200, { "content-type": type, etag: '"0"', "x-amzn-requestid": "null" }).end(call.answer);
});
// A connection that is kept is not closed between two rounds.
server.keepAliveTimeout = 0;

process.on("message", (order: Order) => {
  if (order.order === "delays") delays = order.delays;
  else {
    report({ calls });
    calls = {};
  }
});
process.once("disconnect", () => process.exit());
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  if (address !== null && typeof address !== "string") report({ port: address.port });
});

function report(said: Report): void {
  process.send?.(said);
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

function answerTo(request: IncomingMessage, body: string): Call {
  const [target = "", action = ""] = String(request.headers["x-amz-target"] ?? "").split(".");
  if (target.startsWith("DynamoDB")) return { service: "dynamodb", action, answer: dynamoDb(action, body) };
  if (target.startsWith("AWSStepFunctions")) {
    const answer = { executionArn: "arn:aws:states:us-west-2:000000000000:execution:null:null", startDate: 0 };
    return { service: "sfn", action, answer: JSON.stringify(answer) };
  }
  if (target.startsWith("AmazonSQS")) return { service: "sqs", action, answer: sqs(body) };
  if (String(request.headers["content-type"]).startsWith("application/x-www-form-urlencoded")) return sns(body);
  return { service: "s3", action: request.method ?? "", answer: "" };
}

function dynamoDb(action: string, body: string): string {
  const input = JSON.parse(body);
  switch (action) {
    case "BatchExecuteStatement":
      return JSON.stringify({ Responses: (input.Statements as Statement[]).map(done) });
    case "BatchGetItem": {
      const tables = Object.keys(input.RequestItems);
      return JSON.stringify({ Responses: Object.fromEntries(tables.map((table) => [table, []])), UnprocessedKeys: {} });
    }
    default:
      return "{}";
  }
}

const STATES = new Set(["CLAIMED", "PROCESSING", "SUCCEEDED", "FAILED"]);

/** As if the condition had held: the record as an update would leave it, made from the update's own values. */
function done({ Statement, Parameters = [] }: Statement) {
  if (!Statement.includes("RETURNING")) return { TableName: "null" };
  const values = Parameters.flatMap(({ S }) => S ?? []);
  const find = (is: (value: string) => boolean): string => values.find(is) ?? "null";
  const now = new Date().toISOString();
  const text = {
    pk: find((value) => /^[^#]*\/workflow-[^#]*$/.test(value) && !value.startsWith("s3:")),
    sk: "record",
    state: values.find((value) => STATES.has(value)) ?? "SUCCEEDED",
    execution: find((value) => /^[0-9a-f]{8}-[0-9a-f-]{27}$/.test(value)),
    inputUrl: "s3://payloads/null.json",
    created: now,
    updated: now,
    claimedAt: now,
    startedAt: now,
    endedAt: now,
  };
  const item = {
    ...Object.fromEntries(Object.entries(text).map(([name, S]) => [name, { S }])),
    version: { N: "3" },
    attempt: { N: "1" },
    outputs: { L: [] },
    messages: { L: [] },
    effectsPending: { BOOL: true },
    lineage: { M: { depth: { N: "0" }, ancestors: { L: [] } } },
    steps: { L: [] },
    firstVersion: { N: "1" },
  };
  return { TableName: "null", Item: item };
}

function sqs(body: string): string {
  const { Entries = [] } = JSON.parse(body) as { readonly Entries?: readonly { readonly Id: string }[] };
  const Successful = Entries.map(({ Id }) => ({ Id, MessageId: Id, MD5OfMessageBody: "" }));
  return JSON.stringify({ Successful, Failed: [], MessageId: "null" });
}

function sns(body: string): Call {
  const form = new URLSearchParams(body);
  const action = form.get("Action") ?? "";
  const ids = [...form].filter(([name]) => /^PublishBatchRequestEntries\.member\.\d+\.Id$/.test(name));
  const members = ids.map(([, id]) => `<member><Id>${id}</Id><MessageId>null</MessageId></member>`).join("");
  const result = `<${action}Result><MessageId>null</MessageId><Successful>${members}</Successful><Failed/></${action}Result>`;
  return { service: "sns", action, answer: `<${action}Response>${result}</${action}Response>` };
}
