/** What is answered where something is wrong: a problem document (RFC 9457), the same for every route. */
import { z } from "@hono/zod-openapi";

export const problem = z
  .object({
    /**
     * Stable: `not-found`, `bad-parameter`, `bad-method`, `unsupported-type`, `too-large`, `no-permission`, `conflict`,
     * `busy`, `internal`.
     */
    type: z.string(),
    title: z.string(),
    status: z.int(),
    /** What happened, as a sentence. */
    detail: z.string(),
    /** What to do next, as a sentence. */
    hint: z.string().optional(),
    /** Every parameter or member that is wrong, with what is wrong with it. */
    problems: z.array(z.object({ parameter: z.string(), message: z.string() })).optional(),
  })
  .openapi("Problem");

export type Problem = z.infer<typeof problem>;
