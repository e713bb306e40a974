/** The events of an execution, page by page: as its history has them. */
import { stepOf } from "../../executions/execution-logs.ts";
import type { ExecutionKey } from "../../executions/executions.ts";
import type { JsonObject } from "../../json.ts";
import { foreignCursor } from "../../pages.ts";
import type { ApiPorts, ApiSettings } from "../ports.ts";
import type { EventPage } from "../shapes/executions.ts";
import { requireExecution } from "./execution.ts";
import { shorten } from "./shorten.ts";

const USUAL_EVENTS = 100;

export async function readEvents(
  key: ExecutionKey,
  { cursor, limit = USUAL_EVENTS }: { readonly cursor?: string | undefined; readonly limit?: number | undefined },
  ports: ApiPorts,
  settings: ApiSettings,
): Promise<EventPage> {
  if (cursor !== undefined && !/^\d{1,9}$/.test(cursor)) throw foreignCursor("to these events", cursor);
  const { status } = await requireExecution(key, ports, settings);
  // One more than is shown tells whether there are more.
  const found = await ports.functions.executions.history(key, { after: Number(cursor ?? 0), limit: limit + 1 });
  const rows = found.slice(0, limit).map(({ id, previousId, type, at, path, details }) => ({
    id,
    previousId,
    type,
    at,
    path,
    label: stepOf(path),
    details: shortened(details),
  }));
  const last = rows.at(-1)?.id ?? Number(cursor ?? 0);
  // There will be more while it runs: the next page begins behind what is there now.
  const goesOn = found.length > limit || status === "RUNNING";
  return { rows, ...(goesOn && { next: String(last) }) };
}

/** An event may hold a document of 256 KiB, and a page a thousand of them: large ones are asked for by themselves. */
function shortened(details: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(details).map(([member, value]) => [member, value && shorten(value)]));
}
