/** `GET /v1/workflows` and `/v1/tasks`: what there is to run, how it goes, and how long it takes. */
import { createRoute, z } from "@hono/zod-openapi";
import type { Api } from "../app.ts";
import { listTasks, listWorkflows } from "../look/workflow-rows.ts";
import type { ApiPorts, ApiSettings } from "../ports.ts";
import { answerOf } from "../route.ts";
import { taskList, workflowList } from "../shapes/workflows.ts";

export function addWorkflowRoutes(api: Api, ports: ApiPorts, _settings: ApiSettings): void {
  api.openapi(
    createRoute({
      method: "get",
      path: "/v1/workflows",
      summary: "Workflows with what is in them now",
      request: { query: z.strictObject({}) },
      ...answerOf(workflowList),
    }),
    async (context) => context.json({ workflows: [...(await listWorkflows(ports))] }, 200),
  );

  api.openapi(
    createRoute({
      method: "get",
      path: "/v1/tasks",
      summary: "Tasks that workflows run",
      request: { query: z.strictObject({}) },
      ...answerOf(taskList),
    }),
    async (context) => context.json({ tasks: [...(await listTasks(ports))] }, 200),
  );
}
