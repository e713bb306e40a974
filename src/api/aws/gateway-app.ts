/** What a deployed stage serves behind API Gateway: the API, and the page where callers hold tokens. */
import { Hono } from "hono";
import { answer, answerProblem, answerUnknown } from "../answers.ts";
import type { Api, ApiEnv } from "../app.ts";
import { safeHeaders } from "../page/headers.ts";
import { pageFiles } from "../page/page-files.ts";
import { type CallerGroups, callerOf, type GatewayEvent } from "./caller.ts";

export interface GatewaySettings {
  readonly api: Api;
  readonly groups: CallerGroups;
  /** Undefined where callers sign with IAM, which a browser cannot, and for what only operators ask. */
  readonly page?: Page | undefined;
}

export interface Page {
  /** Of its build. */
  readonly folder: string;
  readonly signIn: SignIn;
}

export interface SignIn {
  readonly issuer: string;
  readonly clientId: string;
  readonly scope: string;
  /** Where the issuer's pages and tokens are, where that is another origin than its own. */
  readonly origin?: string | undefined;
}

/** What the adapter of Lambda hands over with each request. */
interface GatewayEnv {
  Bindings: { readonly event?: GatewayEvent };
  Variables: ApiEnv["Variables"];
}

export function makeGatewayApp({ api, groups, page }: GatewaySettings): Hono<GatewayEnv> {
  const app = new Hono<GatewayEnv>();
  // Both look at a request's method and path alone.
  app.onError((thrown, context) => answerProblem(thrown, context as never));
  app.notFound((context) => answerUnknown(context as never));
  app.use(safeHeaders(page === undefined ? [] : originsOf(page.signIn)));
  if (page !== undefined) {
    const { issuer, clientId, scope } = page.signIn;
    // API Gateway lets everybody have it: there is nothing in it that is anybody's.
    app.route("/", pageFiles(page.folder, { auth: { kind: "oidc", issuer, clientId, scope } }));
  }
  app.use(async (context, next) => {
    const asking = callerOf(context.env.event ?? {}, groups);
    if (asking.outcome === "refused") {
      const { message: detail, hint } = asking;
      return answer(context, { type: "no-permission", title: "No permission", status: 403, detail, hint });
    }
    context.set("caller", asking.caller);
    return next();
  });
  app.route("/", api);
  return app;
}

function originsOf({ issuer, origin }: SignIn): readonly string[] {
  return [...new Set([issuer, origin].flatMap((url) => (url === undefined ? [] : [new URL(url).origin])))];
}
