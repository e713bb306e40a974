/** The log of an execution as the API shows it. */

import type { ExecutionLogs, TaskTry } from "../../executions/execution-logs.ts";
import type { ExecutionDescription, ExecutionKey } from "../../executions/executions.ts";
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

export type ReadExecutionLog = (key: ExecutionKey, query: LogQuery) => Promise<LogPageView>;

export function makeExecutionLogReader(ports: ApiPorts, settings: ApiSettings): ReadExecutionLog {
  const { functions, logs } = ports;
  const known = makeKnownTries(logs);
  const delayMs = DELAY_MS[settings.live];
  return async (key, { path, cursor, limit = USUAL_LINES }) => {
    const execution = await requireExecution(key, ports, settings);
    const now = functions.clock.now();
    const { stoppedAt } = execution;
    // A little after its end all of them are known: then they stay what they are.
    const isSettled = stoppedAt !== undefined && now - Date.parse(stoppedAt) > SETTLED_MS;
    const tries = isSettled ? () => known(execution) : logs.tries;
    const query = { path, cursor, limit, stoppedAt, now, delayMs };
    const { lines, next, rest } = await readMergedLog({ tries, read: logs.read }, key, query);
    return { lines: lines.map(({ at, message, from }) => ({ at, from: nameOf(from), message })), next, rest };
  };
}

const SETTLED_MS = 120_000;
/** Executions whose logs people page through: their tries are not looked for with every page. */
const MOST_KNOWN = 4;

function makeKnownTries({ tries }: ExecutionLogs) {
  const known = new Map<string, Promise<readonly TaskTry[]>>();
  return (execution: ExecutionDescription): Promise<readonly TaskTry[]> => {
    const name = `${execution.arn} ${execution.redriveCount}`;
    const found = known.get(name) ?? tries(execution);
    known.delete(name);
    known.set(name, found);
    // A failure is nothing to remember.
    found.catch(() => known.delete(name));
    for (const oldest of known.keys()) if (known.size > MOST_KNOWN) known.delete(oldest);
    return found;
  };
}

/** `reproject (try 2, attempt 3)` */
function nameOf({ step, attempt, jobAttempt = 1 }: TaskTry): string {
  const again = [attempt > 1 ? `try ${attempt}` : "", jobAttempt > 1 ? `attempt ${jobAttempt}` : ""].filter(Boolean);
  return again.length === 0 ? step : `${step} (${again.join(", ")})`;
}
