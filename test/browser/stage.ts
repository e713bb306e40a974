/** What a deployed stage serves, behind a server that stands for API Gateway: it lets through who has a good token. */
import { join, resolve } from "node:path";
import { Readable } from "node:stream";
import { inject, onTestFinished } from "vitest";
import { makeApi } from "../../src/api/app.ts";
import type { GatewayEvent } from "../../src/api/aws/caller.ts";
import { makeGatewayApp } from "../../src/api/aws/gateway-app.ts";
import { listen } from "../../src/api/local/listen.ts";
import { openApiHere } from "../../src/cli/place/api-local.ts";
import type { Claims } from "../deployed/token-signer.ts";
import { CLIENT, type SignInIssuer } from "./sign-in-issuer.ts";

const PAGE = join(resolve(import.meta.dirname, "../.."), "dashboard", "dist");

export interface BrowsedStage {
  /** `http://127.0.0.1:<port>` */
  readonly address: string;
  /** Whether API Gateway takes any token at all. */
  takesTokens: boolean;
}

/** Over what the run has left, until the test ends. */
export async function openBrowsedStage(issuer: SignInIssuer): Promise<BrowsedStage> {
  const nowhere = { write: () => true };
  const { signal } = new AbortController();
  const io = { stdin: Readable.from([]), stdout: nowhere, stderr: nowhere, cwd: inject("folder"), env: {}, signal };
  const place = await openApiHere(io);
  onTestFinished(place.close);
  const app = makeGatewayApp({
    api: makeApi(place.ports, { ...place.settings, live: "poll" }),
    groups: { read: "readers", operate: "operators" },
    page: { folder: PAGE, signIn: { issuer: issuer.url, clientId: CLIENT, scope: "openid" } },
  });
  const stage: BrowsedStage & { address: string } = { address: "", takesTokens: true };
  const authorized = (request: Request): GatewayEvent | undefined => {
    const token = /^Bearer (.+)$/.exec(request.headers.get("Authorization") ?? "")?.[1] ?? "";
    const claims = stage.takesTokens ? issuer.claimsOf(token, CLIENT) : undefined;
    return claims && { requestContext: { authorizer: { jwt: { claims: asTexts(claims) } } } };
  };
  const { port, close } = await listen(
    () => (request) => {
      const { pathname } = new URL(request.url);
      // As the routes of cloudformation/api.yml.
      if (/^\/dashboard(?:\/|$)/.test(pathname)) return app.fetch(request, {});
      const event = authorized(request);
      return event === undefined
        ? Response.json({ message: "Unauthorized" }, { status: 401 })
        : app.fetch(request, { event });
    },
    0,
  );
  onTestFinished(close);
  stage.address = `http://127.0.0.1:${port}`;
  return stage;
}

/** API Gateway hands every claim over as a text, a list as `[a b]`. */
function asTexts(claims: Claims): Claims {
  return Object.fromEntries(
    Object.entries(claims).map(([name, value]) => [name, Array.isArray(value) ? `[${value.join(" ")}]` : `${value}`]),
  );
}
