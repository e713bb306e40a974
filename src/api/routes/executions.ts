/** `GET /v1/executions/…`: one execution, its events, its documents and its log. */
import { createRoute, z } from "@hono/zod-openapi";
import type { Api } from "../app.ts";
import { lookAtExecution } from "../look/execution.ts";
import { readEvents } from "../look/execution-events.ts";
import { makeExecutionLogReader } from "../look/execution-log.ts";
import { readDocuments } from "../look/step-documents.ts";
import type { ApiPorts, ApiSettings } from "../ports.ts";
import { answerOf } from "../route.ts";
import { eventPage, execution, logPage, stepDocuments } from "../shapes/executions.ts";
import { cursor, limit, lines } from "../shapes/parameters.ts";

const params = z.object({ workflow: z.string().min(1).max(200), name: z.string().min(1).max(200) });
const path = z.string().min(1).max(2000).optional();

export function addExecutionRoutes(api: Api, ports: ApiPorts, settings: ApiSettings): void {
  const readLog = makeExecutionLogReader(ports, settings);

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

  api.openapi(
    createRoute({
      method: "get",
      path: "/v1/executions/{workflow}/{name}/events",
      summary: "What happened in an execution, event by event",
      request: { params, query: z.strictObject({ cursor, limit }) },
      ...answerOf(eventPage),
    }),
    async (context) => {
      const page = await readEvents(context.req.valid("param"), context.req.valid("query"), ports, settings);
      return context.json(page, 200);
    },
  );

  api.openapi(
    createRoute({
      method: "get",
      path: "/v1/executions/{workflow}/{name}/io",
      summary: "What an execution, or one of its steps, got and made",
      request: { params, query: z.strictObject({ path }) },
      ...answerOf(stepDocuments),
    }),
    async (context) => {
      const { path: step } = context.req.valid("query");
      return context.json(await readDocuments(context.req.valid("param"), step, ports, settings), 200);
    },
  );

  api.openapi(
    createRoute({
      method: "get",
      path: "/v1/executions/{workflow}/{name}/logs",
      summary: "What the tasks of an execution wrote, in the order of time",
      request: { params, query: z.strictObject({ cursor, limit: lines, path }) },
      ...answerOf(logPage),
    }),
    async (context) => {
      const page = await readLog(context.req.valid("param"), context.req.valid("query"));
      return context.json(page, 200);
    },
  );
}
