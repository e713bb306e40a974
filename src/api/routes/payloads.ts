/** `GET /v1/payloads` and `GET /v1/payload`: payloads by filters, and everything that is known of one. */
import { createRoute, z } from "@hono/zod-openapi";
import type { Api } from "../app.ts";
import { lookAtPayload } from "../look/payload.ts";
import { comparePayload, readPayloadDocument } from "../look/payload-documents.ts";
import { payloadRow } from "../look/payload-row.ts";
import type { ApiPorts, ApiSettings } from "../ports.ts";
import { payloadQuery } from "../query.ts";
import { answerOf } from "../route.ts";
import { cursor, limit } from "../shapes/parameters.ts";
import { payload, payloadCount, payloadDiff, payloadDocument, payloadFilter, payloadPage } from "../shapes/payloads.ts";

const filter = payloadFilter.shape;
const id = z.string().min(1).max(2000);
const execution = z
  .string()
  .regex(/^[\w-]{1,80}$/, "expected the name of an execution")
  .optional();

/** Counting goes no further: then it is said that there are at least so many. */
const MOST_COUNTED = 100_000;

export function addPayloadRoutes(api: Api, ports: ApiPorts, settings: ApiSettings): void {
  const { state, clock } = ports.functions;

  api.openapi(
    createRoute({
      method: "get",
      path: "/v1/payloads",
      summary: "Payloads, the last changed first",
      request: { query: z.strictObject({ ...filter, order: z.enum(["newest", "oldest"]).optional(), limit, cursor }) },
      ...answerOf(payloadPage),
    }),
    async (context) => {
      const { order, limit, cursor, ...chosen } = context.req.valid("query");
      const page = await state.list({ ...payloadQuery(chosen, clock.now()), order, limit, cursor });
      const rows = page.items.map(payloadRow);
      return context.json({ rows, ...(page.next !== undefined && { next: page.next }) }, 200);
    },
  );

  api.openapi(
    createRoute({
      method: "get",
      path: "/v1/payload",
      summary: "One payload: its states, its executions, and why it would run or not",
      request: { query: z.strictObject({ id }) },
      ...answerOf(payload),
    }),
    async (context) => context.json(await lookAtPayload(context.req.valid("query").id, ports, settings), 200),
  );

  api.openapi(
    createRoute({
      method: "get",
      path: "/v1/payloads/count",
      summary: "How many payloads a filter chooses",
      request: { query: z.strictObject(filter) },
      ...answerOf(payloadCount),
    }),
    async (context) => {
      const query = payloadQuery(context.req.valid("query"), clock.now());
      return context.json(await state.count(query, MOST_COUNTED), 200);
    },
  );

  for (const kind of ["input", "output"] as const) {
    api.openapi(
      createRoute({
        method: "get",
        path: `/v1/payload/${kind}`,
        summary: `The ${kind} of an execution of a payload; of the current one unless another one is named`,
        request: { query: z.strictObject({ id, execution }) },
        ...answerOf(payloadDocument),
      }),
      async (context) => {
        const document = await readPayloadDocument(kind, context.req.valid("query"), ports, settings);
        return context.json(document, 200);
      },
    );
  }

  api.openapi(
    createRoute({
      method: "get",
      path: "/v1/payload/diff",
      summary: "What differs between two documents of a payload: input:<execution> or output:<execution>",
      request: { query: z.strictObject({ id, from: z.string(), to: z.string() }) },
      ...answerOf(payloadDiff),
    }),
    async (context) => context.json(await comparePayload(context.req.valid("query"), ports, settings), 200),
  );
}
