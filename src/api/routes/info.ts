/** `GET /v1/info` */
import { createRoute } from "@hono/zod-openapi";
import type { Api } from "../app.ts";
import type { ApiPorts, ApiSettings } from "../ports.ts";
import { answerOf } from "../route.ts";
import { info } from "../shapes/info.ts";

export function addInfoRoute(api: Api, { bulk, loops }: ApiPorts, settings: ApiSettings): void {
  const { version, place, service, stage, flags, live } = settings;
  api.openapi(
    createRoute({ method: "get", path: "/v1/info", summary: "Where this is, and what you may do", ...answerOf(info) }),
    (context) =>
      context.json(
        {
          version,
          place,
          service,
          ...(stage !== undefined && { stage }),
          flags,
          user: context.get("caller"),
          features: { bulk: bulk !== undefined, loops: loops !== undefined },
          live,
        },
        200,
      ),
  );
}
