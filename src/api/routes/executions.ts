/** `GET /v1/executions/…`: one execution, its events, its documents and its log. */
import { createRoute, z } from "@hono/zod-openapi";
import type { Api } from "../app.ts";
import { lookAtExecution } from "../look/execution.ts";
import type { ApiPorts, ApiSettings } from "../ports.ts";
import { answerOf } from "../route.ts";
import { execution } from "../shapes/executions.ts";

const params = z.object({ workflow: z.string().min(1).max(200), name: z.string().min(1).max(200) });
const path = z.string().min(1).max(2000).optional();

export function addExecutionRoutes(api: Api, ports: ApiPorts, settings: ApiSettings): void {
  api.openapi(
    createRoute({
      method: "get",
      path: "/v1/executions/{workflow}/{name}",
      summary: "One execution: how it stands and the states that it went through",
      request: { params, query: z.strictObject({ below: path }) },
      ...answerOf(execution),
    }),
    async (context) => {
      const query = { ...context.req.valid("param"), ...context.req.valid("query") };
      return context.json(await lookAtExecution(query, ports, settings), 200);
    },
  );
}
