/** Parameters that many routes take alike. */
import { z } from "@hono/zod-openapi";

/** `next` of the page before. */
export const cursor = z.string().max(10_000).optional();

/** How many rows a page holds. */
export const limit = z.coerce.number().int().min(1).max(1000).optional();

/** How many lines of a log a page holds: they are short, so there may be more of them than of other rows. */
export const lines = z.coerce.number().int().min(1).max(10_000).optional();
