/** `/v1/loops`: organisations, their loops, and their tasks with their turns. */
import { createRoute, z } from "@hono/zod-openapi";
import { lookAtLoops, type TaskLook } from "../../loop/look/look-at-loops.ts";
import { NotFound } from "../answers.ts";
import type { Api } from "../app.ts";
import { loopView, organisationView, problemView, taskView } from "../look/loop-view.ts";
import { makeRecentOutcomes } from "../look/recent-outcomes.ts";
import type { ApiPorts } from "../ports.ts";
import { answerOf } from "../route.ts";
import { type LoopTaskView, loopList, loopTask, loopTaskList } from "../shapes/loops.ts";
import { addLoopExecutionRoutes, addLoopResultRoutes, requireLoops } from "./loop-executions.ts";

/** Tasks that are looked at side by side. */
const AT_A_TIME = 32;

export function addLoopRoutes(api: Api, { loops, functions: { clock } }: ApiPorts): void {
  const look = loops && lookAtLoops(loops.store, loops.files, clock);
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
      const task = await requireLoops(look).task(key);
      if (task === undefined) throw new NotFound(`There is no task ${key}.`, "GET /v1/loops/tasks lists them.");
      return context.json(await viewOf(task), 200);
    },
  );
  addLoopExecutionRoutes(api, look);
  addLoopResultRoutes(api, look, loops?.files);
}
