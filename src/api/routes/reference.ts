/** `/`, `/stats`, `/{collections}/workflow-{workflow}` and what is below it: the routes that Cirrus has always had. */
import { createRoute, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { accepts } from "hono/accepts";
import type { ZodType } from "zod";
import { answerParameters, NotFound, refuseParameters } from "../answers.ts";
import type { Api } from "../app.ts";
import { type Collected, findItem, landingPage, listItems, summarise, transitionStats } from "../look/reference.ts";
import type { ApiPorts, ApiSettings } from "../ports.ts";
import { askedTime } from "../query.ts";
import { answerOf } from "../route.ts";
import { item, itemPage, itemsQuery, landing, stats, summaryQuery, workflowSummary } from "../shapes/reference.ts";
import { unknownParameters } from "../strict-query.ts";

/** A page's and a count's, where nobody says how many. */
const USUAL_ITEMS = 100;
const MOST_ITEMS = 1000;
const USUAL_COUNT = 100_000;

/** After all others: below a collection every path is possible. */
export function addReferenceRoutes(api: Api, ports: ApiPorts, settings: ApiSettings): void {
  const { state, clock } = ports.functions;

  // Whoever comes with a browser wants to see something.
  api.use("/", async (context, next) => {
    const wanted = accepts(context, { header: "Accept", supports: ["application/json", "text/html"], default: "" });
    if (wanted === "text/html") return context.redirect("/dashboard/");
    await next();
    context.header("Vary", "Accept", { append: true });
    return undefined;
  });
  api.openapi(
    createRoute({ method: "get", path: "/", summary: "The workflows, with links to each", ...answerOf(landing) }),
    async (context) => context.json(await landingPage(ports, settings, rootOf(context)), 200),
  );
  api.openapi(
    createRoute({ method: "get", path: "/stats", summary: "Transitions over time", ...answerOf(stats) }),
    async (context) => context.json(await transitionStats(state, clock.now()), 200),
  );

  async function one(context: Context, id: string): Promise<Response> {
    const found = await findItem(state, id, rootOf(context));
    if (found === undefined) throw new NotFound(`There is no payload ${id}.`, "GET / lists the workflows.");
    return context.json(found);
  }

  async function page(context: Context, at: Collected): Promise<Response> {
    const asked = ask(context, itemsQuery);
    if (asked instanceof Response) return asked;
    const { id, since, sort_ascending, sort_index: _same, limit = USUAL_ITEMS, nextkey, ...filter } = asked;
    if (id !== undefined) return one(context, `${at.collections}/workflow-${at.workflow}/${id}`);
    const query = {
      ...at,
      ...filter,
      since: since === undefined ? undefined : askedTime("since", since, clock.now()),
      order: sort_ascending === "1" ? ("oldest" as const) : ("newest" as const),
      limit: Math.min(limit, MOST_ITEMS),
      cursor: nextkey,
    };
    return context.json(await listItems(state, query, rootOf(context)));
  }

  async function summary(context: Context, at: Collected): Promise<Response> {
    const asked = ask(context, summaryQuery);
    if (asked instanceof Response) return asked;
    const { since, limit = USUAL_COUNT } = asked;
    const from = since === undefined ? undefined : askedTime("since", since, clock.now());
    return context.json(await summarise(state, at, { since: from, most: limit }));
  }

  documentPaths(api);
  api.get("/item/:id{.+}", (context) => one(context, context.req.param("id")));
  api.get("/:path{.+/workflow-.+}", (context) => {
    const at = readPath(context.req.param("path"));
    if (at === undefined) return context.notFound();
    const { collections, workflow, below } = at;
    if (below === undefined) return summary(context, { collections, workflow });
    if (below === "items") return page(context, { collections, workflow });
    return one(context, `${collections}/workflow-${workflow}/${below}`);
  });
}

/** Collections and items hold slashes themselves; a workflow never does. */
function readPath(path: string): (Collected & { readonly below: string | undefined }) | undefined {
  const [, collections, workflow, below] = /^(.+?)\/workflow-([^/]+)(?:\/(.+))?$/.exec(path) ?? [];
  if (collections === undefined || workflow === undefined || /^(?:v1|dashboard)(?:\/|$)/.test(collections)) return;
  return { collections, workflow, below };
}

/** The parameters, or what is wrong with them. */
function ask<Output>(context: Context, schema: ZodType<Output> & { readonly shape: object }): Output | Response {
  const refused = unknownParameters(context.req.queries(), Object.keys(schema.shape));
  if (refused.length > 0) return answerParameters(context, refused);
  const given = Object.entries(context.req.queries()).map(([name, values]) => [
    name,
    values.length > 1 ? values : values[0],
  ]);
  const parsed = schema.safeParse(Object.fromEntries(given));
  return parsed.success ? parsed.data : (refuseParameters(parsed, context) ?? context.body(null, 400));
}

/** Where this API is, as whoever asks knows it. */
function rootOf({ req }: Context): string {
  return `${new URL(req.url).origin}/`;
}

/** Paths that the router knows by a pattern of its own. */
function documentPaths(api: Api): void {
  const paths = [
    ["/{collections}/workflow-{workflow}", "How many payloads are in each state", workflowSummary, summaryQuery],
    ["/{collections}/workflow-{workflow}/items", "Payloads of a workflow, page by page", itemPage, itemsQuery],
    ["/{collections}/workflow-{workflow}/{items}", "One payload", item, undefined],
    ["/item/{payload_id}", "One payload, whatever its items are called", item, undefined],
  ] as const;
  for (const [path, summary, schema, query] of paths) {
    const names = [...path.matchAll(/\{(.+?)\}/g)].map(([, name = ""]) => [name, z.string()] as const);
    const request = { params: z.object(Object.fromEntries(names)), ...(query && { query }) };
    api.openAPIRegistry.registerPath({ method: "get", path, summary, request, ...answerOf(schema) });
  }
}
