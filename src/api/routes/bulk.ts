/** `/v1/bulk`: bulk runs with their entries, attempts and logs. */
import { createRoute, z } from "@hono/zod-openapi";
import { type AttemptOutcome, type AttemptRecord, CAUSES } from "../../bulk/attempt.ts";
import { ENTRY_STATES, type EntryRecord } from "../../bulk/entry.ts";
import { NotFound } from "../answers.ts";
import type { Api } from "../app.ts";
import { defined } from "../defined.ts";
import { makeBulkLogReader } from "../look/bulk-log.ts";
import { lookAtBulkRuns } from "../look/bulk-look.ts";
import type { ApiBulk, ApiPorts } from "../ports.ts";
import { answerOf } from "../route.ts";
import {
  type BulkAttemptView,
  type BulkEntryView,
  bulkAttemptPage,
  bulkEntryPage,
  bulkRun,
  bulkRunList,
} from "../shapes/bulk.ts";
import { logPage } from "../shapes/executions.ts";
import { cursor, limit, lines } from "../shapes/parameters.ts";

const OUTCOMES = ["done", "failed", "stopped", ...CAUSES] as const satisfies readonly AttemptOutcome[];

const run = z.strictObject({ run: z.string() });

export function addBulkRoutes(api: Api, { bulk, functions }: ApiPorts): void {
  const look = bulk && lookAtBulkRuns(bulk.runs, functions.clock);
  const required = () => {
    if (bulk !== undefined) return bulk;
    throw new NotFound("This stage has no bulk runs.", "Deploy it with this version of Cirrus.");
  };

  api.openapi(
    createRoute({ method: "get", path: "/v1/bulk", summary: "All bulk runs, newest first", ...answerOf(bulkRunList) }),
    async (context) => context.json({ runs: [...((await look?.list()) ?? [])] }, 200),
  );
  api.openapi(
    createRoute({
      method: "get",
      path: "/v1/bulk/{run}",
      summary: "How a bulk run goes: progress, rate, cost, workers, errors",
      request: { params: run },
      ...answerOf(bulkRun),
    }),
    async (context) => {
      const name = context.req.valid("param").run;
      const found = await look?.run(name);
      if (found === undefined) throw noRun(name);
      return context.json(found, 200);
    },
  );
  api.openapi(
    createRoute({
      method: "get",
      path: "/v1/bulk/{run}/entries",
      summary: "Entries of a bulk run",
      request: {
        params: run,
        query: z.strictObject({ state: z.enum(ENTRY_STATES).optional(), prefix: z.string().optional(), cursor, limit }),
      },
      ...answerOf(bulkEntryPage),
    }),
    async (context) => {
      const { cursor: after, ...query } = context.req.valid("query");
      const { runs } = await withRun(required(), context.req.valid("param").run);
      const page = await runs.entries({ ...query, after, run: context.req.valid("param").run });
      return context.json(defined({ rows: page.rows.map(entryOf), next: page.next }), 200);
    },
  );
  api.openapi(
    createRoute({
      method: "get",
      path: "/v1/bulk/{run}/attempts",
      summary: "Attempts of a bulk run, or of one entry",
      request: {
        params: run,
        query: z.strictObject({ entry: z.string().optional(), outcome: z.enum(OUTCOMES).optional(), cursor, limit }),
      },
      ...answerOf(bulkAttemptPage),
    }),
    async (context) => {
      const { cursor: after, entry: entryId, ...query } = context.req.valid("query");
      const { runs } = await withRun(required(), context.req.valid("param").run);
      const page = await runs.attempts({ ...query, entryId, after, run: context.req.valid("param").run });
      return context.json(defined({ rows: page.rows.map(attemptOf), next: page.next }), 200);
    },
  );
  const readLog = makeBulkLogReader();
  api.openapi(
    createRoute({
      method: "get",
      path: "/v1/bulk/{run}/log",
      summary: "What an attempt wrote",
      request: {
        params: run,
        query: z.strictObject({
          entry: z.string(),
          attempt: z.coerce.number().int().min(1),
          cursor,
          limit: lines,
        }),
      },
      ...answerOf(logPage),
    }),
    async (context) => {
      const query = { ...context.req.valid("param"), ...context.req.valid("query") };
      return context.json(await readLog(query, required()), 200);
    },
  );
}

function noRun(name: string): NotFound {
  return new NotFound(`There is no bulk run ${name}.`, "GET /v1/bulk lists them.");
}

async function withRun(bulk: ApiBulk, name: string): Promise<ApiBulk> {
  if ((await bulk.runs.get(name)) === undefined) throw noRun(name);
  return bulk;
}

function entryOf({ entry, position, state, attempts, reason, dueAt, updated }: EntryRecord): BulkEntryView {
  return defined({ id: entry.id, position, state, attempts, reason, dueAt, updated });
}

function attemptOf(record: AttemptRecord): BulkAttemptView {
  const { entryId, attempt, worker, host, startedAt, endedAt, outcome, error, exitCode, signal, peakMemoryBytes } =
    record;
  return defined({
    entryId,
    attempt,
    worker,
    host,
    startedAt,
    endedAt,
    durationMs: endedAt === undefined ? undefined : Math.max(0, Date.parse(endedAt) - Date.parse(startedAt)),
    outcome,
    error: error && defined({ name: error.name, message: error.message, trace: error.trace }),
    exitCode,
    signal,
    peakMemoryBytes,
    hasLog: record.log !== undefined,
  });
}
