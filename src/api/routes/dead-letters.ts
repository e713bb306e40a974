/** `GET /v1/dead-letters`, `/v1/rejections`: messages that became nothing, and why. */
import { createRoute, z } from "@hono/zod-openapi";
import { isoTime } from "../../clock.ts";
import { type DeadLetter, QUEUE_NAMES, type QueueName } from "../../events/dead-letters.ts";
import { decodeCursor, encodeCursor, pageSize } from "../../pages.ts";
import type { Api } from "../app.ts";
import { defined } from "../defined.ts";
import type { ApiPorts } from "../ports.ts";
import { answerOf } from "../route.ts";
import { type DeadLetterPage, deadLetterPage, rejectionPage } from "../shapes/dead-letters.ts";
import { cursor, limit } from "../shapes/parameters.ts";

export function addDeadLetterRoutes(api: Api, ports: ApiPorts): void {
  api.openapi(
    createRoute({
      method: "get",
      path: "/v1/dead-letters",
      summary: "Messages that were received too often and put aside, queue by queue",
      request: { query: z.strictObject({ queue: z.enum(QUEUE_NAMES).optional(), cursor, limit }) },
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
  const queues: readonly QueueName[] = query.queue === undefined ? QUEUE_NAMES : [query.queue];
  const [from, place] = query.cursor === undefined ? ["", ""] : decodeCursor(kind, query.cursor, ["", ""]);
  const queue = queues.find((one) => one === from) ?? queues[0] ?? "process";
  const limit = pageSize(query.limit);
  const { items, next } = await deadLetters[queue].list({ limit, ...(place && { cursor: place }) });
  const rows = items.map((letter) => rowOf(queue, letter));
  if (next !== undefined) return { rows, next: encodeCursor(kind, [queue, next]) };
  const following = queues[queues.indexOf(queue) + 1];
  if (following === undefined) return { rows };
  // What fits belongs to this page; where nothing does, it is seen whether there is another one.
  const room = limit - rows.length;
  const more = await deadLetters[following].list({ limit: Math.max(1, room) });
  if (room === 0) return more.items.length === 0 ? { rows } : { rows, next: encodeCursor(kind, [following, ""]) };
  const all = [...rows, ...more.items.map((letter) => rowOf(following, letter))];
  return more.next === undefined ? { rows: all } : { rows: all, next: encodeCursor(kind, [following, more.next]) };
}

function rowOf(
  queue: QueueName,
  { messageId: id, sentAt, diedAt, receiveCount, reason, body }: DeadLetter,
): DeadLetterPage["rows"][number] {
  return defined({
    id,
    queue,
    sentAt: isoTime(sentAt),
    diedAt: diedAt === undefined ? undefined : isoTime(diedAt),
    receiveCount,
    reason,
    body,
  });
}
