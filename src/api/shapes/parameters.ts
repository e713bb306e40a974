/** Parameters that many routes take alike. */
import { z } from "@hono/zod-openapi";

/** `next` of the page before. */
export const cursor = z.string().max(10_000).optional();

/** How many rows a page holds. */
export const limit = z.coerce.number().int().min(1).max(1000).optional();
