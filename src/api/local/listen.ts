/** Listens on this machine's own address, on the port that was asked for or the next that is free. */
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import { CirrusError, EXIT } from "../../errors.ts";
import { problemResponse } from "../answers.ts";

export const USUAL_PORT = 4280;
/** Ports that are tried, one after the other. */
const TRIED = 20;
/** Nobody outside of this machine reaches it. */
const ADDRESS = "127.0.0.1";

export interface Listening {
  readonly port: number;
  readonly url: string;
  /** Ends every connection, those that wait for news included. */
  close(): Promise<void>;
}

/** What answers may depend on the port, so it is made once that is known. */
export type MakeFetch = (port: number) => (request: Request) => Response | Promise<Response>;

/** `port`: this one and no other (0: any that is free); undefined for the usual one or the next free one after it. */
export async function listen(
  makeFetch: MakeFetch,
  port: number | undefined,
  usual: number = USUAL_PORT,
): Promise<Listening> {
  const last = port ?? usual + TRIED - 1;
  for (let tried = port ?? usual; tried <= last; tried += 1) {
    const listening = await listenOn(makeFetch, tried);
    if (listening !== undefined) return listening;
  }
  throw new CirrusError(
    port === undefined ? `The ports ${usual} to ${last} are all taken.` : `The port ${port} is taken.`,
    { hint: "Name a free one: --port <number>, or --port 0 for any that is free.", exitCode: EXIT.conflict },
  );
}

/** Undefined where the port is taken. */
async function listenOn(makeFetch: MakeFetch, port: number): Promise<Listening | undefined> {
  let fetch: ReturnType<MakeFetch> = () => new Response(null, { status: 503 });
  // Without HTTP/2 and TLS it is this one of the three kinds that it may make.
  const server = createAdaptorServer({
    fetch: (request) => (UNKNOWN.has(request.method) ? refuseMethod(request) : fetch(native(request))),
    overrideGlobalObjects: false,
  }) as Server;
  const failed = await new Promise<NodeJS.ErrnoException | undefined>((resolve) => {
    server.once("error", resolve);
    server.listen(port, ADDRESS, () => resolve(undefined));
  });
  if (failed?.code === "EADDRINUSE") return undefined;
  if (failed !== undefined) {
    throw new CirrusError(`The port ${port} cannot be used: ${failed.message}`, {
      hint: "Name another one: --port <number>",
      cause: failed,
      exitCode: EXIT.usage,
    });
  }
  // An address of TCP: the server listens on no pipe.
  const { port: bound } = server.address() as AddressInfo;
  fetch = makeFetch(bound);
  return {
    port: bound,
    url: `http://${ADDRESS}:${bound}/dashboard/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Of HTTP, and refused by every `Request` of fetch. */
const UNKNOWN: ReadonlySet<string> = new Set(["TRACE", "TRACK", "CONNECT"]);

function refuseMethod({ method }: Request): Response {
  return problemResponse({
    type: "bad-method",
    title: "That cannot be done",
    status: 501,
    detail: `Nothing here knows ${method}.`,
  });
}

/** The adaptor's own cannot be copied, and replacing the process's would change what other code in it gets. */
function native({ url, method, headers, body, signal }: Request): Request {
  return new Request(url, { method, headers, signal, ...(body && { body, duplex: "half" }) });
}
