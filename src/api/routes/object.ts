/** `GET /v1/object?url=`: previews of items. Whatever the bytes are, they never become a page of this origin. */
import { createRoute, z } from "@hono/zod-openapi";
import { answer } from "../answers.ts";
import type { Api } from "../app.ts";
import { readShownObject } from "../look/shown-object.ts";
import type { ApiPorts, ApiSettings } from "../ports.ts";
import { problem } from "../shapes/problem.ts";

const bytes = { schema: { type: "string", format: "binary" } } as const;

/** An image that is opened by itself runs nothing, loads nothing and is of no origin. */
const HARMLESS = {
  "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
  "X-Content-Type-Options": "nosniff",
  "Cross-Origin-Resource-Policy": "same-origin",
} as const;

export function addObjectRoute(api: Api, { functions }: ApiPorts, { shownUrls }: ApiSettings): void {
  api.openapi(
    createRoute({
      method: "get",
      path: "/v1/object",
      summary: "An image or a JSON document, of the places whose objects are shown",
      request: { query: z.strictObject({ url: z.string().min(1).max(2000) }) },
      responses: {
        200: { description: "Its bytes", content: { "image/*": bytes, "application/json": bytes } },
        default: { description: "What is wrong", content: { "application/problem+json": { schema: problem } } },
      },
    }),
    async (context) => {
      const found = await readShownObject(context.req.valid("query").url, shownUrls, functions.objects);
      if (found.outcome === "refused") return answer(context, found.problem);
      const { body, contentType } = found;
      // A drawing may hold scripts: it is shown within pages only, and saved where it is opened.
      const disposition = contentType === "image/svg+xml" ? "attachment" : "inline";
      return context.body(body, 200, {
        ...HARMLESS,
        "Content-Type": contentType,
        "Content-Disposition": disposition,
      });
    },
  );
}
