/**
 * Gives a run to a pool of a deployed stage, in three steps: the order is made and its code stored before the entries are
 * loaded with it, and then the stage's supervise is called. From there on nothing depends on this machine.
 */
import type { BulkRun, BulkTask } from "../bulk/bulk-run.ts";
import type { BulkRuns } from "../bulk/bulk-store.ts";
import type { PoolPlan } from "../bulk/pool.ts";
import type { PoolOrder, WorkerCode } from "../bulk/pool-order.ts";
import { CirrusError, EXIT } from "../errors.ts";
import { asJson } from "../json.ts";
import type { ObjectStore } from "../payload/object-store.ts";
import type { BulkUrls } from "../payload/object-urls.ts";
import type { Project } from "../project/project.ts";
import type { Program } from "../queue/program.ts";
import { needsModule } from "../queue/worker/runners/load-worker.ts";
import { bundleProgram } from "./code-bundle.ts";

export interface OrderPorts {
  readonly objects: Pick<ObjectStore, "put">;
  /** Where the stage keeps what belongs to a run. */
  readonly urls: (run: string) => BulkUrls;
}

export interface OrderOptions {
  readonly run: string;
  readonly plan: PoolPlan;
  readonly task: BulkTask;
  readonly program: Program;
  /** The project that the task is of, as it is deployed. */
  readonly project?: Pick<Project, "tasks"> | undefined;
  /** The stack, which names the task's Lambda. */
  readonly stack: string;
  readonly mode?: PoolOrder["mode"];
}

/** What is stored with the run as its `pool`. A bundle of code is stored under its own digest: no running worker is given another. */
export async function orderPool(ports: OrderPorts, options: OrderOptions): Promise<PoolOrder> {
  const { plan, mode, program } = options;
  if (program.kind === "command" && mode !== undefined && mode !== "process") throw needsModule(FLAGS[mode]);
  const code = await codeOf(ports, options);
  if (plan.kind === "lambda" && code.kind !== "lambda") {
    throw new CirrusError("Lambdas run only tasks that are deployed as a Lambda.", {
      hint: "Make it a task of the project with lambda.enabled, or use machines: --pool batch.",
      exitCode: EXIT.config,
    });
  }
  return { plan, code, ...(mode !== undefined && { mode }) };
}

const FLAGS = { reuse: "--reuse-processes", "in-process": "--in-process" };

async function codeOf({ objects, urls }: OrderPorts, options: OrderOptions): Promise<WorkerCode> {
  const { run, task, program, project, stack } = options;
  const component = task.kind === "task" ? project?.tasks.get(task.name) : undefined;
  if (program.kind === "module" && component?.lambda?.enabled === true) {
    return { kind: "lambda", function: `${stack}-${component.name}` };
  }
  const { archive, sha256, program: packed } = await bundleProgram(program);
  const url = `${urls(run).root}code-${sha256.slice(0, 16)}.zip` as const;
  await objects.put(url, archive, { contentType: "application/zip" });
  return { kind: "bundle", url, sha256, program: packed };
}

export interface StartPorts {
  readonly runs: Pick<BulkRuns, "configure" | "get" | "setState">;
  /** Has the stage look at the run at once. */
  readonly supervise: (run: string) => Promise<{ readonly reason: string } | undefined>;
}

/** Opens a loaded run for its pool, a stopped one again. What the stage says of it; undefined where it will only look later. */
export async function startRun(ports: StartPorts, run: BulkRun, order: PoolOrder): Promise<string | undefined> {
  await ports.runs.configure(run.name, { pool: asJson(order) });
  if (run.state === "STOPPED") await ports.runs.setState(run.name, ["STOPPED"], "OPEN");
  return (await ports.supervise(run.name))?.reason;
}
