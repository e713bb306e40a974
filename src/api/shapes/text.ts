/** The texts and numbers that answers are made of. Times are ISO 8601 in UTC, durations milliseconds. */
import { z } from "@hono/zod-openapi";

export const time = z.string().openapi({ format: "date-time", example: "2030-01-31T12:00:00.000Z" });
export const milliseconds = z.number().min(0);
export const count = z.int().min(0);
/** Any JSON value, as it was given or made. */
export const json = z.unknown().openapi({ description: "Any JSON value" });
/** `next` of a page; given back as `cursor` it leads to the page after it. */
export const cursor = z.string().optional();

export const errorText = z
  .object({
    /** At most 256 characters, as Step Functions' own. */
    error: z.string(),
    cause: z.string(),
  })
  .openapi("Error");
