/** What this machine serves: the API, its page and news of changes, to nobody but whoever sits here. */
import { Hono } from "hono";
import { compress } from "hono/compress";
import { answerProblem, answerUnknown } from "../answers.ts";
import type { Api, ApiEnv } from "../app.ts";
import { safeHeaders } from "../page/headers.ts";
import { pageFiles } from "../page/page-files.ts";
import type { Changes } from "./changes.ts";
import { type GuardSettings, guard } from "./guard.ts";

export interface LocalAppSettings extends GuardSettings {
  readonly api: Api;
  /** Folder of the page's build. */
  readonly page: string;
  /** Undefined where nothing tells of changes: pages ask again by themselves. */
  readonly changes?: Changes | undefined;
}

export function makeLocalApp({ api, page, changes, ...settings }: LocalAppSettings): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>();
  app.onError(answerProblem);
  app.notFound(answerUnknown);
  app.use(safeHeaders());
  app.use(compress());
  app.use(guard(settings));
  if (changes) {
    app.get("/v1/changes", (context) =>
      // Of a HEAD nobody would read the stream, nor end it.
      context.req.method === "HEAD"
        ? context.body(null, 200, EVENT_STREAM)
        : context.body(changes.stream(), 200, EVENT_STREAM),
    );
  }
  app.route("/", pageFiles(page, { auth: { kind: "token", token: settings.token } }));
  app.route("/", api);
  return app;
}

const EVENT_STREAM = { "Content-Type": "text/event-stream", "Cache-Control": "no-store" } as const;
