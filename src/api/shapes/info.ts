/** `GET /v1/info`: where the page looks, and what whoever looks may do. */
import { z } from "@hono/zod-openapi";

export const info = z
  .object({
    version: z.string(),
    /** As a part of a sentence: `here`, `in demo-prod (us-west-2)`. */
    place: z.string(),
    /** The project's name, and the stage of what is deployed. */
    service: z.string(),
    stage: z.string().optional(),
    /** Options that lead a command of the command line here, with a space before them; empty for this machine. */
    flags: z.string(),
    user: z.object({ name: z.string(), mayOperate: z.boolean() }),
    /** What there is here besides payloads. */
    features: z.object({ bulk: z.boolean(), loops: z.boolean() }),
    /** `events`: `/v1/changes` tells of changes. `poll`: asking again, with the entity tag of the last answer. */
    live: z.enum(["events", "poll"]),
  })
  .openapi("Info");

export type Info = z.infer<typeof info>;
