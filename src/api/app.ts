/** The API as one application, for a Lambda and for a server on this machine alike. */
import { OpenAPIHono } from "@hono/zod-openapi";
import { refuseParameters } from "./answers.ts";
import { addPolicy } from "./policy.ts";
import type { ApiPorts, ApiSettings, Caller } from "./ports.ts";
import { addActionRoutes } from "./routes/actions.ts";
import { addBulkRoutes } from "./routes/bulk.ts";
import { addDeadLetterRoutes } from "./routes/dead-letters.ts";
import { addExecutionRoutes } from "./routes/executions.ts";
import { addHomeRoutes } from "./routes/home.ts";
import { addInfoRoute } from "./routes/info.ts";
import { addLoopRoutes } from "./routes/loops.ts";
import { addObjectRoute } from "./routes/object.ts";
import { addOpenApiRoute } from "./routes/openapi.ts";
import { addPayloadRoutes } from "./routes/payloads.ts";
import { addReferenceRoutes } from "./routes/reference.ts";
import { addWorkflowRoutes } from "./routes/workflows.ts";

/** What the server around the application tells it of each request. */
export interface ApiEnv {
  Variables: { caller: Caller };
}

export type Api = OpenAPIHono<ApiEnv>;

export function makeApi(ports: ApiPorts, settings: ApiSettings): Api {
  const api: Api = new OpenAPIHono<ApiEnv>({ defaultHook: refuseParameters });
  addPolicy(api, ports.functions.log, settings);
  addInfoRoute(api, ports, settings);
  addHomeRoutes(api, ports);
  addPayloadRoutes(api, ports, settings);
  addObjectRoute(api, ports, settings);
  addExecutionRoutes(api, ports, settings);
  addWorkflowRoutes(api, ports, settings);
  addDeadLetterRoutes(api, ports);
  addBulkRoutes(api, ports);
  addLoopRoutes(api, ports);
  addActionRoutes(api, ports);
  addOpenApiRoute(api, settings);
  addReferenceRoutes(api, ports, settings);
  return api;
}
