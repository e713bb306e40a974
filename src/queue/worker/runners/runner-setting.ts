/** What the kinds of task runners share: the worker's options, its logs, the guard of its processes and the watch over them. */
import { mkdirSync, statSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import type { AttemptEnd } from "../../../bulk/attempt.ts";
import type { BulkLogs, Lease } from "../../../bulk/bulk-store.ts";
import { type Clock, isoTime } from "../../../clock.ts";
import { makeProcessWatch, type ProcessWatch } from "../../../embedded/processes/process-watch.ts";
import { makeSlotPlaces, type SlotPlaces } from "../../../embedded/processes/slot-places.ts";
import type { Exit } from "../../../embedded/processes/task-process.ts";
import { makeWorkerRegistry } from "../../../embedded/processes/worker-registry.ts";
import { CirrusError } from "../../../errors.ts";
import type { WorkerFacts } from "../../../task/bulk/worker-data.ts";
import type { Usage } from "../processes/child-messages.ts";
import type { WorkerOptions } from "../worker-options.ts";

export interface RunnerSetting {
  readonly options: WorkerOptions;
  readonly logs: BulkLogs;
  readonly clock: Clock;
  /** Under its name where it is kept. An attempt does not fail because its log cannot be. */
  keepLog(lease: Lease, file: string): Promise<string | undefined>;
}

export interface ProcessSetting extends RunnerSetting {
  readonly places: SlotPlaces;
  readonly watch: ProcessWatch;
  /** What is kept between tasks and workers. */
  readonly folder: string;
  /** After the last process has ended. */
  close(): void;
}

/** Nobody else can write there: what is compiled in it is run. */
export function processSetting(setting: RunnerSetting): ProcessSetting {
  const folder = setting.options.folder ?? join(tmpdir(), `cirrus-bulk-${userInfo().uid}`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (statSync(folder).uid !== userInfo().uid) {
    throw new CirrusError(`${folder} is somebody else's`, { hint: "Name another folder for temporary files: TMPDIR." });
  }
  const registry = makeWorkerRegistry(join(folder, "workers"));
  const close = () => {
    try {
      registry.close();
    } catch {
      // A task has left what its own user may not remove.
    }
  };
  return { ...setting, folder, places: makeSlotPlaces(registry), watch: makeProcessWatch(), close };
}

export function factsFor(lease: Lease, { run, worker, slots, limits, host }: WorkerOptions): WorkerFacts {
  return { ...host, run, attempt: lease.attempt, worker, slots, limits };
}

export function times(startedAt: number, clock: Clock): Pick<AttemptEnd, "startedAt" | "endedAt"> {
  return { startedAt: isoTime(startedAt), endedAt: isoTime(clock.now()) };
}

export function exitOf({ code, signal }: Exit): Pick<AttemptEnd, "exitCode" | "signal"> {
  return { exitCode: code ?? undefined, signal: signal ?? undefined };
}

/** What was seen from outside in passing, and what a short task says of itself. */
export function mostOf(seen: Usage, said: Usage = {}): Pick<AttemptEnd, "peakMemoryBytes" | "cpuMs"> {
  const most = (a = 0, b = 0) => (a > 0 || b > 0 ? Math.max(a, b) : undefined);
  return { peakMemoryBytes: most(seen.memoryBytes, said.memoryBytes), cpuMs: most(seen.cpuMs, said.cpuMs) };
}
