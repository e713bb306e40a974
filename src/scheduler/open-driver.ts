/** Puts together what drives loops on this machine: the store, repositories, environments and executions in one data directory. */
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { type Clock, systemClock } from "../clock.ts";
import { makeEmbeddedEnvironments } from "../embedded/environments/environments.ts";
import { makeHolder } from "../embedded/loops/holder.ts";
import type { Variables } from "../embedded/processes/passed-on.ts";
import { makeRegisterLoops } from "../functions/register-loops/register-loops.ts";
import { makeExecutionIds } from "../loop/execution-id.ts";
import type { LoopStore } from "../loop/loop-store.ts";
import type { Registration } from "../loop/registration.ts";
import type { Repository } from "../loop/sources.ts";
import { makeNotebookCheck } from "../notebook/check-notebooks.ts";
import { makeExecute } from "./execute/execute.ts";
import { openLoopsHere } from "./open-here.ts";
import { openSources } from "./open-sources.ts";
import { type RunLoopsOptions, type RunLoopsResult, runLoops } from "./run-loops.ts";

export interface DriverSettings {
  /** The data directory; it is made where it is not there. */
  readonly data: string;
  readonly repositories: readonly Repository[];
  /** Of whoever starts the loops: tasks see little of it, and what `pass` names. */
  readonly environment: Variables;
  readonly pass?: readonly string[] | undefined;
  /** How many tasks run at a time, of all loops together. */
  readonly most?: number | undefined;
  readonly clock?: Clock;
}

export interface Driver {
  readonly store: LoopStore;
  /** Reads what the repositories register now, and stores it. */
  register(): Promise<Registration>;
  run(options: Omit<RunLoopsOptions, "holder">): Promise<RunLoopsResult>;
  /** When nothing runs any more. */
  close(): void;
}

export function openDriver({
  data,
  repositories,
  environment,
  pass,
  most,
  clock = systemClock,
}: DriverSettings): Driver {
  const { store, files, close } = openLoopsHere(data, { clock });
  const folder = join(data, "loops");
  const sources = openSources(data, clock);
  const registerLoops = makeRegisterLoops({ store, sources, notebooks: makeNotebookCheck(), clock });
  const register = () => registerLoops(repositories);
  const environments = makeEmbeddedEnvironments({ folder, clock, environment });
  const executing = makeExecute({ sources, environments, files, clock }, { folder, environment, pass, most });
  const newId = makeExecutionIds(clock, randomUUID);
  return {
    store,
    register,
    run: (options) =>
      runLoops({ store, register, execute: executing.execute, clock, newId }, { ...options, holder: makeHolder() }),
    close() {
      executing.close();
      environments.close();
      close();
    },
  };
}
