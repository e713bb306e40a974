/** A server on this machine that answers as AWS documents it: real SDK commands go to it, and each test says what comes back. */
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { type Clients, makeClients } from "../../src/aws/clients.ts";

export interface Call {
  /** `SendMessageBatch`; of S3 the method: `PUT`. */
  readonly operation: string;
  /** With the query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

export interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** Closes the connection after so many bytes of the body. */
  readonly breakOffAfter?: number;
}

export interface FakeAws {
  /** For whoever makes clients of its own. */
  readonly endpoint: string;
  readonly clients: Clients;
  readonly calls: readonly Call[];
  close(): Promise<void>;
}

export interface FakeAwsOptions {
  /** Of the clients; long, as a machine may be busy, but for a call that is never answered. */
  readonly timeoutMs?: number;
}

/** `never` leaves the call without an answer. */
export async function startFakeAws(
  answer: (call: Call, index: number) => Answer | "never",
  { timeoutMs = 20_000 }: FakeAwsOptions = {},
): Promise<FakeAws> {
  const calls: Call[] = [];
  const server = createServer(async (request, response) => {
    // A client that gives up in the middle has nobody left to answer.
    const body = await text(request).catch(() => undefined);
    if (body === undefined) return;
    const target = String(request.headers["x-amz-target"] ?? "")
      .split(".")
      .at(-1);
    const action = new URLSearchParams(body).get("Action");
    const operation = target || action || (request.method ?? "");
    const call = { operation, path: request.url ?? "", headers: request.headers, body };
    calls.push(call);
    const answered = answer(call, calls.length - 1);
    if (answered !== "never") reply(response, answered);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // A server that listens on a port has an address of this form.
  const { port } = server.address() as AddressInfo;
  const endpoint = `http://127.0.0.1:${port}`;
  const clients = makeClients({
    region: "us-west-2",
    endpoint,
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
    attempts: 2,
    timeoutMs,
  });
  return {
    endpoint,
    clients,
    calls,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

function reply(response: ServerResponse, { status = 200, headers = {}, body = "", breakOffAfter }: Answer): void {
  const bytes = Buffer.from(body);
  response.writeHead(status, { "content-length": bytes.length, ...headers });
  if (breakOffAfter === undefined) response.end(bytes);
  else response.write(bytes.subarray(0, breakOffAfter), () => response.destroy());
}

/** The JSON protocols: SQS, Step Functions, CloudWatch Logs. */
export function json(value: unknown): Answer {
  return { headers: { "content-type": "application/x-amz-json-1.0" }, body: JSON.stringify(value) };
}

export function jsonError(status: number, name: string, message = name): Answer {
  const headers = { "content-type": "application/x-amz-json-1.0", "x-amzn-query-error": `${name};Sender` };
  return { status, headers, body: JSON.stringify({ __type: `com.amazonaws#${name}`, message }) };
}

/** The XML protocols: S3, SNS, CloudFormation. */
export function xml(body: string): Answer {
  return { headers: { "content-type": "text/xml" }, body };
}

export function s3Error(status: number, code: string): Answer {
  const body = `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>${code}</Message></Error>`;
  return { status, headers: { "content-type": "application/xml" }, body };
}

export function queryError(status: number, code: string, message = code): Answer {
  const error = `<Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error>`;
  return { status, headers: { "content-type": "text/xml" }, body: `<ErrorResponse>${error}</ErrorResponse>` };
}
