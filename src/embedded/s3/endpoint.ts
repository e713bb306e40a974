/**
 * S3 on one machine, for programs that are no tasks of the SDK: boto3, the AWS CLI, GDAL's /vsis3 and every other client
 * read and write the objects that are files here. Nobody but whoever is given its credentials is answered.
 */
import { randomBytes, timingSafeEqual } from "node:crypto";
import type { IncomingMessage, Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createAdaptorServer, type HttpBindings } from "@hono/node-server";
import { Hono } from "hono";
import { TransientError } from "../../errors.ts";
import { explainFiles } from "../objects/file-failures.ts";
import { makeObjectStore } from "../objects/object-store.ts";
import { errorResponse } from "./error-response.ts";
import { makeObjectFiles } from "./object-files.ts";
import { makeOperations, type Operations } from "./operations.ts";
import { S3Error } from "./s3-error.ts";
import { readRequest, type S3Request } from "./s3-request.ts";

export interface S3Endpoint {
  readonly url: string;
  /** What a program needs in its environment so that its client finds the endpoint and is answered. */
  readonly environment: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

export interface S3EndpointOptions {
  /** Of the buckets, as `makeObjectStore` takes it. */
  readonly directory: string;
  /** Buckets that are there before anything is stored in them. */
  readonly buckets?: readonly string[] | undefined;
}

/** Nobody outside of this machine reaches it. */
const ADDRESS = "127.0.0.1";

export async function startS3Endpoint({ directory, buckets = [] }: S3EndpointOptions): Promise<S3Endpoint> {
  const objects = makeObjectStore(directory);
  const operations = makeOperations(makeObjectFiles({ directory, objects, buckets }));
  const accessKey = `LOCAL${randomBytes(10).toString("hex").toUpperCase()}`;
  let hosts: ReadonlySet<string> = new Set();
  const app = makeApp({ directory, operations, accessKey, hosts: () => hosts });
  // Without HTTP/2 and TLS it is this one of the three kinds that it may make.
  const server = createAdaptorServer({ fetch: app.fetch, overrideGlobalObjects: false }) as Server;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, ADDRESS, resolve);
  });
  const { port } = server.address() as AddressInfo; // it listens on no pipe
  hosts = new Set([`${ADDRESS}:${port}`, `localhost:${port}`]);
  const url = `http://${ADDRESS}:${port}`;
  return {
    url,
    environment: clientEnvironment(url, accessKey),
    async close() {
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
      await operations.close();
    },
  };
}

/** The last three are GDAL's own names: it takes an endpoint without a scheme. */
function clientEnvironment(url: string, accessKey: string): Record<string, string> {
  return {
    AWS_ENDPOINT_URL_S3: url,
    AWS_ACCESS_KEY_ID: accessKey,
    AWS_SECRET_ACCESS_KEY: randomBytes(20).toString("hex"),
    AWS_S3_ENDPOINT: new URL(url).host,
    AWS_HTTPS: "NO",
    AWS_VIRTUAL_HOSTING: "FALSE",
  };
}

interface AppOptions {
  readonly directory: string;
  readonly operations: Operations;
  readonly accessKey: string;
  readonly hosts: () => ReadonlySet<string>;
}

type Env = { Bindings: HttpBindings; Variables: { requestId: string } };

function makeApp({ directory, operations, accessKey, hosts }: AppOptions): Hono<Env> {
  const app = new Hono<Env>();
  app.use(async (context, next) => {
    context.set("requestId", randomBytes(8).toString("hex").toUpperCase());
    await next();
    context.header("x-amz-request-id", context.get("requestId"));
    context.header("Server", "cirrus");
  });
  app.all("*", (context) => {
    const { incoming } = context.env;
    const request = readRequest(incoming);
    refuseStrangers(incoming, request, accessKey, hosts());
    return operations.answer(request);
  });
  app.onError((thrown, context) => {
    const { url, method } = context.env.incoming;
    return errorResponse(
      errorOf(thrown, directory),
      url?.split("?")[0] ?? "/",
      context.get("requestId"),
      method ?? "GET",
    );
  });
  return app;
}

/**
 * A page in a browser of this machine may ask any address and may let its own name lead here, but knows no credentials.
 * The signature is not looked at: whoever knows the key was started with it.
 */
function refuseStrangers(
  { headers }: IncomingMessage,
  { query }: S3Request,
  accessKey: string,
  hosts: ReadonlySet<string>,
): void {
  if (!hosts.has(headers.host?.toLowerCase() ?? "")) {
    throw new S3Error("AccessDenied", "This endpoint answers to its own address only, with the bucket in the path.");
  }
  const header = /\bCredential=([^/,\s]+)\//.exec(headers.authorization ?? "")?.[1];
  const presigned = query.get("X-Amz-Credential")?.split("/")[0] ?? query.get("AWSAccessKeyId");
  const given = Buffer.from(header ?? presigned ?? "");
  const expected = Buffer.from(accessKey);
  if (given.length === expected.length && timingSafeEqual(given, expected)) return;
  throw new S3Error(
    "AccessDenied",
    "The request has other credentials than those that this endpoint was started with.",
  );
}

function errorOf(thrown: unknown, directory: string): S3Error {
  if (thrown instanceof S3Error) return thrown;
  const explained = explainFiles(thrown, directory);
  const message = explained instanceof Error ? explained.message : String(explained);
  // Clients try this one again by themselves.
  return new S3Error(explained instanceof TransientError ? "SlowDown" : "InternalError", message);
}
