/** `GET /v1/openapi.json`: every route there is, made from the routes themselves. */
import { z } from "@hono/zod-openapi";
import type { Api } from "../app.ts";
import type { ApiSettings } from "../ports.ts";
import { answerOf } from "../route.ts";

export function addOpenApiRoute(api: Api, { version, live }: Pick<ApiSettings, "version" | "live">): void {
  if (live === "events") {
    api.openAPIRegistry.registerPath({
      method: "get",
      path: "/v1/changes",
      summary: "Server-sent events: `change` whenever anything here has changed",
      responses: { 200: { description: "The news", content: { "text/event-stream": { schema: z.string() } } } },
    });
  }
  let document: ReturnType<Api["getOpenAPI31Document"]> | undefined;
  api.openAPIRegistry.registerPath({
    method: "get",
    path: "/v1/openapi.json",
    summary: "This document",
    ...answerOf(z.looseObject({ openapi: z.string() })),
  });
  api.get("/v1/openapi.json", (context) => {
    // When somebody asks all routes are there.
    document ??= api.getOpenAPI31Document({
      openapi: "3.1.1",
      info: { title: "Cirrus", version, description: DESCRIPTION },
    });
    return context.json(document);
  });
}

const DESCRIPTION = `Payloads, executions, workflows, tasks, bulk runs and loops, and the actions of operators.

Lists come in pages: \`next\` of one, given back as \`cursor\`, leads to the page after it. What is wrong is told by a
problem document (RFC 9457). Every answer has an entity tag. On one machine a request that changes something needs the
token of the server's start in the header \`X-Cirrus-Token\`; on AWS it needs a caller that may operate.`;
