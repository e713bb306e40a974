/** `GET /v1/dead-letters`, `/v1/rejections`: messages that became nothing, and why. */
import { createRoute, z } from "@hono/zod-openapi";
import { isoTime } from "../../clock.ts";
import type { QueueName } from "../../events/dead-letters.ts";
import { decodeCursor, encodeCursor } from "../../pages.ts";
import type { Api } from "../app.ts";
import type { ApiPorts } from "../ports.ts";
import { answerOf } from "../route.ts";
import { type DeadLetterPage, deadLetterPage, rejectionPage } from "../shapes/dead-letters.ts";
import { cursor, limit } from "../shapes/parameters.ts";

const QUEUES = ["process", "status-change"] as const;

export function addDeadLetterRoutes(api: Api, ports: ApiPorts): void {
  api.openapi(
    createRoute({
      method: "get",
      path: "/v1/dead-letters",
      summary: "Messages that were received too often and put aside, queue by queue",
      request: { query: z.strictObject({ queue: z.enum(QUEUES).optional(), cursor, limit }) },
      ...answerOf(deadLetterPage),
    }),
    async (context) => context.json(await listDeadLetters(ports, context.req.valid("query")), 200),
  );
  api.openapi(
    createRoute({
      method: "get",
      path: "/v1/rejections",
      summary: "Messages that can never run, the latest first",
      request: { query: z.strictObject({ cursor, limit }) },
      ...answerOf(rejectionPage),
    }),
    async (context) => {
      const { items, next } = await ports.functions.rejections.list(context.req.valid("query"));
      return context.json({ rows: [...items], ...(next !== undefined && { next }) }, 200);
    },
  );
}

interface Query {
  readonly queue?: QueueName | undefined;
  readonly cursor?: string | undefined;
  readonly limit?: number | undefined;
}

/** Those of one queue, or one queue after the other: a cursor says in which of them it goes on. */
async function listDeadLetters({ deadLetters }: ApiPorts, query: Query): Promise<DeadLetterPage> {
  const kind = `dead-letters-${query.queue ?? "all"}`;
  const queues: readonly QueueName[] = query.queue === undefined ? QUEUES : [query.queue];
  const [from, place] = query.cursor === undefined ? ["", ""] : decodeCursor(kind, query.cursor, ["", ""]);
  const queue = queues.find((one) => one === from) ?? queues[0] ?? "process";
  const { items, next } = await deadLetters[queue].list({
    ...(query.limit !== undefined && { limit: query.limit }),
    ...(place && { cursor: place }),
  });
  const rows = items.map(({ messageId: id, sentAt, diedAt, receiveCount, reason, body }) => ({
    id,
    queue,
    sentAt: isoTime(sentAt),
    ...(diedAt !== undefined && { diedAt: isoTime(diedAt) }),
    receiveCount,
    ...(reason !== undefined && { reason }),
    body,
  }));
  const following = queues[queues.indexOf(queue) + 1];
  if (next !== undefined) return { rows, next: encodeCursor(kind, [queue, next]) };
  return following === undefined ? { rows } : { rows, next: encodeCursor(kind, [following, ""]) };
}
