/** `GET /v1/home` and `GET /v1/activity`: how things stand, and what happened over time. */
import { createRoute, z } from "@hono/zod-openapi";
import { isoTime } from "../../clock.ts";
import { CirrusError, EXIT } from "../../errors.ts";
import { INTERVAL_MS, INTERVALS, type Interval, periodOf } from "../../state/activity.ts";
import type { Api } from "../app.ts";
import { lookAtHome } from "../look/home.ts";
import type { ApiPorts } from "../ports.ts";
import { askedTime } from "../query.ts";
import { answerOf } from "../route.ts";
import { activity, home, WINDOWS } from "../shapes/home.ts";

/** Periods where nobody says from when, and at most. */
const USUAL: Readonly<Record<Interval, number>> = { "5min": 24, hour: 24, day: 30 };
const MOST_PERIODS = 1_000;

export function addHomeRoutes(api: Api, ports: ApiPorts): void {
  const { state, clock } = ports.functions;

  api.openapi(
    createRoute({
      method: "get",
      path: "/v1/home",
      summary: "Whether everything is well: payloads by workflow and state, queues, what is stuck and what runs",
      request: { query: z.strictObject({ window: z.enum(WINDOWS).default("24h") }) },
      ...answerOf(home),
    }),
    async (context) => context.json(await lookAtHome(ports, context.req.valid("query").window), 200),
  );

  api.openapi(
    createRoute({
      method: "get",
      path: "/v1/activity",
      summary: "How many payloads came into each state, by five minutes, hours or days",
      request: {
        query: z.strictObject({
          interval: z.enum(INTERVALS).default("hour"),
          from: z.string().optional(),
          to: z.string().optional(),
          workflow: z.string().optional(),
        }),
      },
      ...answerOf(activity),
    }),
    async (context) => {
      const { interval, workflow, ...asked } = context.req.valid("query");
      const now = clock.now();
      const to = askedTime("to", asked.to ?? isoTime(now), now);
      const usual = isoTime(Date.parse(to) - (USUAL[interval] - 1) * INTERVAL_MS[interval]);
      const from = askedTime("from", asked.from ?? usual, now);
      refuseTooMany(interval, from, to);
      const counts = await state.activity({ interval, from, to, workflow });
      return context.json(
        { interval, from: periodOf(interval, from), to: periodOf(interval, to), counts: [...counts] },
        200,
      );
    },
  );
}

function refuseTooMany(interval: Interval, from: string, to: string): void {
  const length = (Date.parse(to) - Date.parse(from)) / INTERVAL_MS[interval];
  if (length <= MOST_PERIODS) return;
  throw new CirrusError(`from: there are more than ${MOST_PERIODS} periods of ${interval} between ${from} and ${to}.`, {
    hint: "Ask for a later `from`, or for longer intervals.",
    exitCode: EXIT.usage,
  });
}
