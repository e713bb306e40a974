/** A database with one payload that has failed, as the runtime of this machine leaves it. */
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { openDatabase } from "../../src/embedded/database/database.ts";
import { makeStateStore } from "../../src/embedded/state/state-store.ts";
import type { ObjectUrl } from "../../src/payload/object-store.ts";
import { temporaryFolder } from "../embedded/temporary-folder.ts";
import { makeVirtualClock } from "../virtual-clock.ts";

/** The path of the database. */
export async function failedPayload(payloadId: string, inputUrl: ObjectUrl, error: string): Promise<string> {
  const path = join(temporaryFolder(), "cirrus.db");
  const db = openDatabase(path);
  onTestFinished(() => db.close());
  const store = makeStateStore(db, { clock: makeVirtualClock() });
  const told = { at: "2030-01-01T00:00:00.000Z", actor: "test", reason: "for the test" };
  const lineage = { depth: 0, ancestors: [] };
  const claim = { expected: "absent", attempt: 1, inputUrl, lineage, message: "m" } as const;
  await store.claim([{ payloadId, execution: "first", ...claim, ...told }]);
  const end = { state: "FAILED", error: { error, cause: "for now" }, outputs: [] } as const;
  await store.finish([{ payloadId, execution: "first", ...end, ...told }]);
  return path;
}
