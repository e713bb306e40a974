/** `GET /v1/payloads` and `GET /v1/payload`: payloads by filters, and everything that is known of one. */
import { createRoute, z } from "@hono/zod-openapi";
import type { Api } from "../app.ts";
import { lookAtPayload } from "../look/payload.ts";
import { payloadRow } from "../look/payload-row.ts";
import type { ApiPorts, ApiSettings } from "../ports.ts";
import { payloadQuery } from "../query.ts";
import { answerOf } from "../route.ts";
import { cursor, limit } from "../shapes/parameters.ts";
import { payload, payloadFilter, payloadPage } from "../shapes/payloads.ts";

const filter = payloadFilter.shape;

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
      const now = clock.now();
      const page = await state.list({ ...payloadQuery(chosen, now), order, limit, cursor });
      const rows = page.items.map((record) => payloadRow(record, now));
      return context.json({ rows, ...(page.next !== undefined && { next: page.next }) }, 200);
    },
  );

  api.openapi(
    createRoute({
      method: "get",
      path: "/v1/payload",
      summary: "One payload: its states, its executions, and why it would run or not",
      request: { query: z.strictObject({ id: z.string().min(1).max(2000) }) },
      ...answerOf(payload),
    }),
    async (context) => context.json(await lookAtPayload(context.req.valid("query").id, ports, settings), 200),
  );
}
