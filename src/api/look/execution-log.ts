/** The log of an execution as the API shows it. */

import type { TaskTry } from "../../executions/execution-logs.ts";
import type { ExecutionKey } from "../../executions/executions.ts";
import { readMergedLog } from "../../executions/merged-log.ts";
import type { ApiPorts, ApiSettings } from "../ports.ts";
import type { LogPageView } from "../shapes/executions.ts";
import { requireExecution } from "./execution.ts";

export interface LogQuery {
  readonly path?: string | undefined;
  readonly cursor?: string | undefined;
  readonly limit?: number | undefined;
}

const USUAL_LINES = 1_000;
/** A line may arrive a little after the end of what wrote it; CloudWatch Logs shows it later than a file does. */
const DELAY_MS = { events: 1_000, poll: 15_000 } as const;

export async function readExecutionLog(
  key: ExecutionKey,
  { path, cursor, limit = USUAL_LINES }: LogQuery,
  ports: ApiPorts,
  settings: ApiSettings,
): Promise<LogPageView> {
  const { stoppedAt } = await requireExecution(key, ports, settings);
  const { lines, next, rest } = await readMergedLog(ports.logs, key, {
    path,
    cursor,
    limit,
    stoppedAt,
    now: ports.functions.clock.now(),
    delayMs: DELAY_MS[settings.live],
  });
  return { lines: lines.map(({ at, message, from }) => ({ at, from: nameOf(from), message })), next, rest };
}

/** `reproject (try 2, attempt 3)` */
function nameOf({ step, attempt, jobAttempt = 1 }: TaskTry): string {
  const again = [attempt > 1 ? `try ${attempt}` : "", jobAttempt > 1 ? `attempt ${jobAttempt}` : ""].filter(Boolean);
  return again.length === 0 ? step : `${step} (${again.join(", ")})`;
}
