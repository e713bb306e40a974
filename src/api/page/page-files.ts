/** The page as files: those of its build, and the page itself for every path below it that is no file. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { serveStatic } from "@hono/node-server/serve-static";
import { Hono } from "hono";
import type { ApiEnv } from "../app.ts";

/** What the page reads before anything else: how it shows who it is. */
export interface PageConfig {
  readonly auth:
    | { readonly kind: "token"; readonly token: string }
    | { readonly kind: "oidc"; readonly issuer: string; readonly clientId: string; readonly scope: string }
    | { readonly kind: "none" };
}

/** `folder` is the build; it may come and go while the server runs. */
export function pageFiles(folder: string, config: PageConfig): Hono<ApiEnv> {
  const page = new Hono<ApiEnv>();
  page.get("/dashboard/config.json", (context) => context.json(config, 200, { "Cache-Control": "no-store" }));
  page.get("/dashboard", (context) => context.redirect("/dashboard/"));
  page.use("/dashboard/*", async (context, next) => {
    if (!existsSync(join(folder, "index.html"))) return context.text(NOT_BUILT, 503);
    await next();
    // Names of files in assets/ hold a hash of what is in them.
    const lasting = context.req.path.startsWith("/dashboard/assets/") && context.res.ok;
    context.header("Cache-Control", lasting ? "public, max-age=31536000, immutable" : "no-cache");
    return undefined;
  });
  // Made when it is asked for: it looks whether the folder is there.
  page.get("/dashboard/*", (context, next) =>
    serveStatic<ApiEnv>({ root: folder, rewriteRequestPath: (path) => path.slice("/dashboard".length) })(context, next),
  );
  // A file of an older build must not be answered with a page: a script that is HTML says nothing to anybody.
  page.get("/dashboard/assets/*", (context) => context.text("There is no such file; reload the page.\n", 404));
  page.get("/dashboard/*", (context, next) => serveStatic<ApiEnv>({ root: folder, path: "index.html" })(context, next));
  return page;
}

const NOT_BUILT = `The page is not built. In a checkout of Cirrus build it: npm run build:dashboard
The API is at /v1: /v1/openapi.json lists what there is.
`;
