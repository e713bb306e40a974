/** `GET /v1/workflows` and `/v1/tasks`: what there is to run, how it goes, and how long it takes. */
import { createRoute, z } from "@hono/zod-openapi";
import type { Api } from "../app.ts";
import { makeRecentExecutions } from "../look/recent-executions.ts";
import { lookAtTask } from "../look/task-figures.ts";
import { lookAtWorkflow } from "../look/workflow-figures.ts";
import { listTasks, listWorkflows } from "../look/workflow-rows.ts";
import type { ApiPorts, ApiSettings } from "../ports.ts";
import { askedTime } from "../query.ts";
import { answerOf } from "../route.ts";
import { task, taskList, workflow, workflowList } from "../shapes/workflows.ts";

const params = z.object({ name: z.string().min(1).max(200) });
/** How far the figures look back. */
const since = z.string().max(40).default("24h");

export function addWorkflowRoutes(api: Api, ports: ApiPorts, settings: ApiSettings): void {
  const recent = makeRecentExecutions(ports);
  const timeOf = (text: string) => askedTime("since", text, ports.functions.clock.now());

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

  api.openapi(
    createRoute({
      method: "get",
      path: "/v1/workflows/{name}",
      summary: "A workflow, and how its states went in its newest executions",
      request: { params, query: z.strictObject({ since }) },
      ...answerOf(workflow),
    }),
    async (context) => {
      const query = { ...context.req.valid("param"), since: timeOf(context.req.valid("query").since) };
      return context.json(await lookAtWorkflow(query, ports, settings, recent), 200);
    },
  );

  api.openapi(
    createRoute({
      method: "get",
      path: "/v1/tasks/{name}",
      summary: "A task: its tries in the newest executions, how long they took, and how they failed",
      request: { params, query: z.strictObject({ since, workflow: z.string().max(200).optional() }) },
      ...answerOf(task),
    }),
    async (context) => {
      const { since, workflow } = context.req.valid("query");
      const query = { ...context.req.valid("param"), since: timeOf(since), workflow };
      return context.json(await lookAtTask(query, ports, settings, recent), 200);
    },
  );
}
