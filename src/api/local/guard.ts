/**
 * Who may ask a server on this machine. A page of another site can have its visitor's browser ask any address, and can
 * let its own name lead to 127.0.0.1 (DNS rebinding): so the name that was asked for has to be ours, whoever names where
 * it comes from has to come from here, and what changes something needs the token that only our own page is given.
 */
import type { Context, MiddlewareHandler } from "hono";
import { answer } from "../answers.ts";
import type { ApiEnv } from "../app.ts";
import type { Caller } from "../ports.ts";
import { sameToken } from "./token.ts";

const TOKEN_HEADER = "X-Cirrus-Token";

export interface GuardSettings {
  readonly port: number;
  readonly token: string;
  readonly caller: Caller;
  /** Origins besides the server's own whose pages may read. */
  readonly corsOrigins: readonly string[];
}

export function guard({ port, token, caller, corsOrigins }: GuardSettings): MiddlewareHandler<ApiEnv> {
  // As a browser writes them: without the port where it is HTTP's own.
  const own = ["127.0.0.1", "localhost"].map((name) => new URL(`http://${name}:${port}`));
  const hosts = new Set(own.map(({ host }) => host));
  const origins = new Set(own.map(({ origin }) => origin));
  const readers = new Set([...origins, ...corsOrigins]);
  return async (context, next) => {
    const host = context.req.header("Host")?.toLowerCase();
    if (host === undefined || !hosts.has(host)) {
      return refuse(context, "This server answers to its own address only.", `Ask http://127.0.0.1:${port}/.`);
    }
    const origin = context.req.header("Origin");
    const writes = !READS.has(context.req.method);
    if (origin !== undefined && !(writes ? origins : readers).has(origin)) {
      return refuse(context, "A page of another site may not ask this server.");
    }
    if (writes && !sameToken(context.req.header(TOKEN_HEADER), token)) {
      return refuse(
        context,
        `What changes something needs the token of this start of the server, in the header ${TOKEN_HEADER}.`,
        "Reload the page: it gets the token of this start. A program reads it from /dashboard/config.json.",
      );
    }
    context.set("caller", caller);
    return next();
  };
}

const READS: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);

function refuse(context: Context, detail: string, hint?: string): Response {
  return answer(context, { type: "no-permission", title: "No permission", status: 403, detail, ...(hint && { hint }) });
}
