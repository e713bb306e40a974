/** What the API needs, of this machine: the stores of a project, of bulk runs and of loops, as far as there are any. */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ApiSettings } from "../../api/ports.ts";
import { systemClock } from "../../clock.ts";
import { makeQueueDepths } from "../../embedded/messages/queue-depths.ts";
import { describeError } from "../../errors.ts";
import { driveActions } from "../../functions/act/drive-actions.ts";
import { findProjectRoot } from "../../project/find-root.ts";
import { projectSchemas } from "../../project/parameters/project-schemas.ts";
import { readProject } from "../../project/read-project.ts";
import { makeRuntime, type Runtime } from "../../runtime/runtime.ts";
import { VERSION } from "../../version.ts";
import type { Io } from "../terminal/io.ts";
import { makeWarnings } from "../terminal/warnings.ts";
import type { ApiPlace } from "./api-place.ts";
import { bulkData, bulkRoot, openBulkPlace } from "./bulk-place.ts";
import { loopData, openLoopPlace } from "./loop-place.ts";
import { watchProject } from "./watch-project.ts";

/** To look at a folder while nobody runs it, or another process does. A project that is wrong is looked at as far as it goes. */
export async function openApiHere(io: Io): Promise<ApiPlace> {
  const root = bulkRoot(io);
  const log = makeWarnings(io, systemClock);
  const read = () => readProject(root, { env: io.env }).project;
  const project = read();
  const data = dataToLook(io);
  const runtime = makeRuntime({ project, data: data.path, maxExecutions: 0, log });

  /** Workflows are shown as they are written now. */
  function reload(): void {
    try {
      runtime.reload(read());
    } catch (thrown) {
      log.warn("The project cannot be read again", { reason: describeError(thrown).cause });
    }
  }
  const watched = findProjectRoot(io.cwd) === undefined ? undefined : watchProject(project, reload);
  async function close(): Promise<void> {
    await watched?.close();
    await runtime.stop();
    data.close();
  }
  try {
    const place = await apiOfRuntime(io, runtime);
    return { ...place, close: () => place.close().finally(close) };
  } catch (thrown) {
    await close();
    throw thrown;
  }
}

/** What is sent to a project has to be there when it is run next. Where there is none, looking leaves nothing behind. */
function dataToLook(io: Io): { readonly path: string; close(): void } {
  const path = bulkData(io);
  if (findProjectRoot(io.cwd) !== undefined || existsSync(path)) return { path, close: () => {} };
  const empty = mkdtempSync(join(tmpdir(), "cirrus-look-"));
  return { path: empty, close: () => rmSync(empty, { recursive: true, force: true }) };
}

/** Beside a runtime that goes on: what is sent is run at once, and closing this leaves the runtime as it is. */
export async function apiOfRuntime(io: Io, runtime: Runtime): Promise<ApiPlace> {
  const [bulk, loops] = await Promise.all([
    openBulkPlace(io, { local: true }, false),
    openLoopPlace(io, { local: true }),
  ]);
  const queues = { process: runtime.intake, "status-change": runtime.statusChanges };
  const acting = {
    functions: runtime.ports,
    actions: runtime.actions,
    deadLetters: { process: queues.process.deadLetters, "status-change": queues["status-change"].deadLetters },
    bulk,
    loops,
  };
  const actions = driveActions(acting);
  return {
    ports: {
      ...acting,
      workflows: runtime.workflows,
      taskSchemas: projectSchemas(runtime.project),
      queues: makeQueueDepths(queues, runtime.ports),
      logs: runtime.executionLogs,
      messages: runtime.messages,
      continueAction: actions.continueAction,
    },
    settings: settingsOf(runtime),
    databases: [...new Set([bulkData(io), loopData(io)])].map((data) => join(data, "cirrus.db")),
    async close() {
      await actions.stop();
      await Promise.all([bulk.close(), loops.close()]);
    },
  };
}

function settingsOf(runtime: Runtime): ApiSettings {
  const { dataBucket, root } = runtime.settings;
  return {
    version: VERSION,
    place: "here",
    service: runtime.project().config.service,
    flags: "",
    live: "events",
    shownUrls: [...new Set([dataBucket, root.bucket])].map((bucket) => `s3://${bucket}/`),
    corsOrigins: [],
  };
}
