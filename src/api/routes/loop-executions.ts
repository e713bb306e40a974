/** `/v1/loops/…`: executions of loops' tasks, how long they took, what they wrote, and their notebooks. */
import { createRoute, z } from "@hono/zod-openapi";
import { isExecutionId } from "../../loop/execution-id.ts";
import type { LoopsLook } from "../../loop/look/look-at-loops.ts";
import { OUTCOMES } from "../../loop/loop-execution.ts";
import { NotFound } from "../answers.ts";
import type { Api } from "../app.ts";
import { defined } from "../defined.ts";
import { executionView } from "../look/loop-view.ts";
import type { ApiLoops } from "../ports.ts";
import { answerOf } from "../route.ts";
import { logPage } from "../shapes/executions.ts";
import { loopDurations, loopExecution, loopExecutionPage } from "../shapes/loops.ts";
import { cursor, limit, lines } from "../shapes/parameters.ts";

export function addLoopExecutionRoutes(api: Api, look: LoopsLook | undefined): void {
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
      const found = isExecutionId(id) ? await requireLoops(look).execution(id) : undefined;
      if (found === undefined) throw noExecution(id);
      return context.json(executionView(found), 200);
    },
  );
}

/** What executions leave: how long they took, what they wrote, and their notebooks. */
export function addLoopResultRoutes(api: Api, look: LoopsLook | undefined, files: ApiLoops["files"] | undefined): void {
  api.openapi(
    createRoute({
      method: "get",
      path: "/v1/loops/durations",
      summary: "How long the executions of a task took: points of a graph",
      request: { query: z.strictObject({ task: z.string() }) },
      ...answerOf(loopDurations),
    }),
    async (context) => {
      const { points, executions, p50Ms, p95Ms } = await requireLoops(look).durations(context.req.valid("query").task);
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
            limit: lines,
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
      const page = await requireLoops(look).logs({
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
      const text = isExecutionId(id) ? await files?.notebook(id) : undefined;
      if (text === undefined) {
        throw new NotFound(`There is no executed notebook of ${id}.`, "An execution keeps one when it has ended.");
      }
      return context.json(JSON.parse(text), 200, {
        "Content-Disposition": `attachment; filename="${id}.ipynb"`,
      });
    },
  );
}

export function requireLoops(look: LoopsLook | undefined): LoopsLook {
  if (look !== undefined) return look;
  throw new NotFound("There are no loops here.", "Set custom.loops.Enabled in cirrus.yml and deploy it.");
}

function noExecution(id: string): NotFound {
  return new NotFound(`There is no execution ${id}.`, "GET /v1/loops/executions lists them; old ones are removed.");
}
