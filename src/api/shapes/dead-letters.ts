/** `GET /v1/dead-letters`, `/v1/rejections`: messages that became nothing, and why. */
import { z } from "@hono/zod-openapi";
import { QUEUE_NAMES } from "../../events/dead-letters.ts";
import { count, cursor, time } from "./text.ts";

const deadLetter = z
  .object({
    id: z.string(),
    queue: z.enum(QUEUE_NAMES),
    sentAt: time,
    diedAt: time.optional(),
    receiveCount: count,
    reason: z.string().optional(),
    /** The message as it came. */
    body: z.string(),
  })
  .openapi("DeadLetter");
export const deadLetterPage = z.object({ rows: z.array(deadLetter), next: cursor }).openapi("DeadLetterPage");
export type DeadLetterView = z.infer<typeof deadLetter>;
export type DeadLetterPage = z.infer<typeof deadLetterPage>;

const rejection = z
  .object({
    id: z.string(),
    at: time,
    code: z.string(),
    reason: z.string(),
    payloadId: z.string().optional(),
    raw: z.string(),
  })
  .openapi("Rejection");
export const rejectionPage = z.object({ rows: z.array(rejection), next: cursor }).openapi("RejectionPage");
export type RejectionView = z.infer<typeof rejection>;
