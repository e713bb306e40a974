/** `/v1/loops`: organisations, their tasks with their turns, executions, durations and logs. */
import { createRoute, z } from "@hono/zod-openapi";
import { isExecutionId } from "../../loop/execution-id.ts";
import { lookAtLoops, type TaskLook } from "../../loop/look/look-at-loops.ts";
import { OUTCOMES } from "../../loop/loop-execution.ts";
import { NotFound } from "../answers.ts";
import type { Api } from "../app.ts";
import { defined } from "../defined.ts";
import { executionView, loopView, organisationView, problemView, taskView } from "../look/loop-view.ts";
import { makeRecentOutcomes } from "../look/recent-outcomes.ts";
import type { ApiPorts } from "../ports.ts";
import { answerOf } from "../route.ts";
import { logPage } from "../shapes/executions.ts";
import {
  type LoopTaskView,
  loopDurations,
  loopExecution,
  loopExecutionPage,
  loopList,
  loopTask,
  loopTaskList,
} from "../shapes/loops.ts";
import { cursor, limit } from "../shapes/parameters.ts";

/** Tasks that are looked at side by side. */
const AT_A_TIME = 32;
const WITHOUT = new NotFound("There are no loops here.", "Set custom.loops.Enabled in cirrus.yml and deploy it.");

export function addLoopRoutes(api: Api, { loops, functions: { clock } }: ApiPorts): void {
  const look = loops && lookAtLoops(loops.store, loops.files, clock);
  const required = () => {
    if (look === undefined) throw WITHOUT;
    return look;
  };

  const recentOf = look && makeRecentOutcomes(look);

  async function viewOf(task: TaskLook): Promise<LoopTaskView> {
    const recent = (await recentOf?.(task)) ?? [];
    return taskView(task, { now: clock.now(), starts: loops?.starts, recent });
  }

  api.openapi(
    createRoute({
      method: "get",
      path: "/v1/loops",
      summary: "Organisations, loops, and what is wrong with what is registered",
      ...answerOf(loopList),
    }),
    async (context) => {
      const [organisations, all, problems] = await Promise.all([
        look?.organisations() ?? [],
        look?.loops() ?? [],
        look?.problems() ?? [],
      ]);
      return context.json(
        {
          organisations: organisations.map(organisationView),
          loops: all.map(loopView),
          problems: problems.map(problemView),
        },
        200,
      );
    },
  );
  api.openapi(
    createRoute({
      method: "get",
      path: "/v1/loops/tasks",
      summary: "Tasks of an organisation, or of all",
      request: { query: z.strictObject({ codops: z.string().optional() }) },
      ...answerOf(loopTaskList),
    }),
    async (context) => {
      const tasks = (await look?.tasks(context.req.valid("query").codops)) ?? [];
      const views: LoopTaskView[] = [];
      for (let from = 0; from < tasks.length; from += AT_A_TIME) {
        views.push(...(await Promise.all(tasks.slice(from, from + AT_A_TIME).map(viewOf))));
      }
      return context.json({ tasks: views }, 200);
    },
  );
  api.openapi(
    createRoute({
      method: "get",
      path: "/v1/loops/task",
      summary: "One task",
      request: { query: z.strictObject({ task: z.string() }) },
      ...answerOf(loopTask),
    }),
    async (context) => {
      const { task: key } = context.req.valid("query");
      const task = await required().task(key);
      if (task === undefined) throw new NotFound(`There is no task ${key}.`, "GET /v1/loops/tasks lists them.");
      return context.json(await viewOf(task), 200);
    },
  );
  api.openapi(
    createRoute({
      method: "get",
      path: "/v1/loops/executions",
      summary: "Executions of a task, of an organisation, or of all, newest first",
      request: {
        query: z.strictObject({
          task: z.string().optional(),
          codops: z.string().optional(),
          outcome: z.enum(OUTCOMES).optional(),
          cursor,
          limit,
        }),
      },
      ...answerOf(loopExecutionPage),
    }),
    async (context) => {
      const { cursor: after, ...query } = context.req.valid("query");
      const page = (await look?.executions({ ...query, after })) ?? { rows: [], next: undefined };
      return context.json(defined({ rows: page.rows.map(executionView), next: page.next }), 200);
    },
  );
  api.openapi(
    createRoute({
      method: "get",
      path: "/v1/loops/execution",
      summary: "One execution",
      request: { query: z.strictObject({ execution: z.string() }) },
      ...answerOf(loopExecution),
    }),
    async (context) => {
      const { execution: id } = context.req.valid("query");
      const found = isExecutionId(id) ? await required().execution(id) : undefined;
      if (found === undefined) throw noExecution(id);
      return context.json(executionView(found), 200);
    },
  );
  api.openapi(
    createRoute({
      method: "get",
      path: "/v1/loops/durations",
      summary: "How long the executions of a task took: points of a graph",
      request: { query: z.strictObject({ task: z.string() }) },
      ...answerOf(loopDurations),
    }),
    async (context) => {
      const { points, executions, p50Ms, p95Ms } = await required().durations(context.req.valid("query").task);
      return context.json(defined({ points: [...points], executions, p50Ms, p95Ms }), 200);
    },
  );
  api.openapi(
    createRoute({
      method: "get",
      path: "/v1/loops/logs",
      summary: "What a task wrote in all its executions, or in one of them",
      request: {
        query: z
          .strictObject({
            task: z.string().optional(),
            execution: z.string().optional(),
            /** Of a task: begins with the newest so many executions. */
            newest: z.coerce.number().int().min(1).max(1000).optional(),
            cursor,
            limit: z.coerce.number().int().min(1).max(10_000).optional(),
          })
          .refine(({ task, execution }) => (task === undefined) !== (execution === undefined), {
            message: "name either a task or an execution",
            path: ["task"],
          }),
      },
      ...answerOf(logPage),
    }),
    async (context) => {
      const { task, execution, newest, cursor: after, limit: enough } = context.req.valid("query");
      if (execution !== undefined && !isExecutionId(execution)) throw noExecution(execution);
      const page = await required().logs({
        after,
        enough,
        ...(execution === undefined ? { task: task ?? "", newest } : { execution }),
      });
      const lines = page.lines.map(({ at, execution: id, version, message }) => {
        // Executions of one version are told apart by the ends of their IDs, as `loop show` has them.
        const from = execution === undefined ? `${version ?? ""} ${id.slice(-8)}`.trim() : version;
        return defined({ at, from, message });
      });
      return context.json(defined({ lines, next: page.next, rest: page.rest }), 200);
    },
  );
  api.openapi(
    createRoute({
      method: "get",
      path: "/v1/loops/notebook",
      summary: "The notebook as it was executed",
      request: { query: z.strictObject({ execution: z.string() }) },
      ...answerOf(z.looseObject({}).openapi({ description: "A notebook of nbformat 4" })),
    }),
    async (context) => {
      const { execution: id } = context.req.valid("query");
      const text = isExecutionId(id) ? await loops?.files.notebook(id) : undefined;
      if (text === undefined) {
        throw new NotFound(`There is no executed notebook of ${id}.`, "An execution keeps one when it has ended.");
      }
      return context.json(JSON.parse(text), 200, {
        "Content-Disposition": `attachment; filename="${id}.ipynb"`,
      });
    },
  );
}

function noExecution(id: string): NotFound {
  return new NotFound(`There is no execution ${id}.`, "GET /v1/loops/executions lists them; old ones are removed.");
}
