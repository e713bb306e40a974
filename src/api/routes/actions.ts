/** `/v1/actions`: what operators do, recorded with who, when and why, and how far it is. */
import { randomUUID } from "node:crypto";
import { createRoute, z } from "@hono/zod-openapi";
import type { Action } from "../../actions/action.ts";
import type { ActionRequest as Asked } from "../../actions/action-request.ts";
import { CirrusError, EXIT } from "../../errors.ts";
import { act } from "../../functions/act/act.ts";
import { noAction, resumeAction, stopAction } from "../../functions/act/control.ts";
import { makeExecutionIds } from "../../loop/execution-id.ts";
import type { Api } from "../app.ts";
import { defined } from "../defined.ts";
import type { ApiPorts, Caller } from "../ports.ts";
import { payloadQuery } from "../query.ts";
import { answerOf } from "../route.ts";
import { type ActionRequest, type ActionView, action, actionPage, actionRequest } from "../shapes/actions.ts";
import { cursor, limit } from "../shapes/parameters.ts";

const id = z.object({ id: z.string() });

export function addActionRoutes(api: Api, ports: ApiPorts): void {
  const { clock } = ports.functions;
  const newId = makeExecutionIds(clock, randomUUID);

  api.openapi(
    createRoute({
      method: "post",
      path: "/v1/actions",
      summary: "Do something: few things are done with the answer, many go on behind it",
      request: { body: { required: true, content: { "application/json": { schema: actionRequest } } } },
      ...answerOf(action),
    }),
    async (context) => {
      const by = operator(context.get("caller"));
      const request = askedFor(context.req.valid("json"), clock.now());
      return context.json(viewOf(await act({ id: newId(), by, request }, ports)), 200);
    },
  );
  api.openapi(
    createRoute({
      method: "get",
      path: "/v1/actions",
      summary: "What operators did, newest first",
      request: { query: z.strictObject({ cursor, limit }) },
      ...answerOf(actionPage),
    }),
    async (context) => {
      const { cursor: after, limit } = context.req.valid("query");
      const { rows, next } = await ports.actions.list({ after, limit: limit ?? 50 });
      return context.json(defined({ rows: rows.map(viewOf), next }), 200);
    },
  );
  api.openapi(
    createRoute({
      method: "get",
      path: "/v1/actions/{id}",
      summary: "How far an action is",
      request: { params: id },
      ...answerOf(action),
    }),
    async (context) => {
      const { id } = context.req.valid("param");
      const found = await ports.actions.get(id);
      if (found === undefined) throw noAction(id);
      return context.json(viewOf(found), 200);
    },
  );
  addControls(api, ports);
}

function addControls(api: Api, ports: ApiPorts): void {
  api.openapi(
    createRoute({
      method: "post",
      path: "/v1/actions/{id}/stop",
      summary: "End an action before its time; what is done stays done",
      request: { params: id },
      ...answerOf(action),
    }),
    async (context) => {
      const by = operator(context.get("caller"));
      return context.json(viewOf(await stopAction(context.req.valid("param").id, by, ports)), 200);
    },
  );
  api.openapi(
    createRoute({
      method: "post",
      path: "/v1/actions/{id}/resume",
      summary: "Let an action that was stopped, or failed, go on where it was",
      request: { params: id },
      ...answerOf(action),
    }),
    async (context) => {
      operator(context.get("caller"));
      const resumed = await resumeAction(context.req.valid("param").id, ports);
      await ports.continueAction(resumed.id);
      return context.json(viewOf(resumed), 200);
    },
  );
}

/** The name of whoever may act. */
function operator({ name, mayOperate }: Caller): string {
  if (mayOperate) return name;
  throw new CirrusError(`${name} may look, and not act.`, {
    hint: "Ask whoever runs this stage for the role that may operate.",
    exitCode: EXIT.credentials,
  });
}

/** Times as points of time, so that the same payloads are meant however long the action takes. */
function askedFor(request: ActionRequest, now: number): Asked {
  const filter = "filter" in request && request.filter !== undefined ? payloadQuery(request.filter, now) : undefined;
  // A body was JSON: what its schema calls unknown is that.
  return { ...request, ...(filter && { filter }) } as Asked;
}

function viewOf({ version: _, cursor: _progress, ...rest }: Action): ActionView {
  return defined({ ...rest, problems: [...rest.problems] });
}
