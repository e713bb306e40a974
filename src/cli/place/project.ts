/** Opens the project a command works on, and its runtime; refuses with every problem at once. */
import { join } from "node:path";
import { systemClock } from "../../clock.ts";
import { CirrusError, EXIT } from "../../errors.ts";
import { suggest } from "../../nearest.ts";
import { bindLocally } from "../../project/local/local.ts";
import type { Project } from "../../project/project.ts";
import { makeRuntime, type Runtime } from "../../runtime/runtime.ts";
import { storeAssets } from "../examples.ts";
import { type Io, paint } from "../terminal/io.ts";
import { makeWarnings } from "../terminal/warnings.ts";
import { findProject, refuse } from "./find-project.ts";

/** For what runs: a project without a single problem. */
export function openProject(io: Io): Project {
  const { project, problems } = findProject(io);
  const bound = problems.length > 0 ? [] : bindLocally(project, { environment: {} }).problems;
  refuse([...problems, ...bound]);
  for (const notice of project.notices) io.stderr.write(`${paint(io, io.stderr, "dim", notice)}\n`);
  return project;
}

export function dataPath(project: Project): string {
  return join(project.root, ".cirrus");
}

/** Starts the runtime for as long as `work` takes. */
export async function withRuntime<T>(io: Io, project: Project, work: (runtime: Runtime) => Promise<T>): Promise<T> {
  const runtime = makeRuntime({ project, data: dataPath(project), log: makeWarnings(io, systemClock) });
  try {
    await runtime.start();
    return await work(runtime);
  } finally {
    await runtime.stop();
  }
}

/** The stores without driving anything: looking must not run what waits. */
export async function withStores<T>(project: Project, work: (runtime: Runtime) => Promise<T>): Promise<T> {
  const runtime = makeRuntime({ project, data: dataPath(project), maxExecutions: 0 });
  try {
    return await work(runtime);
  } finally {
    await runtime.stop();
  }
}

/** The pixels that the payloads in examples/ and workflows/ speak of lie in the local data bucket from the start. */
export async function storeExampleAssets(project: Project, { settings, ports }: Runtime): Promise<void> {
  await storeAssets(join(project.root, "examples"), settings.dataBucket, ports.objects);
}

export function requireWorkflow(project: Project, name: string): void {
  if (project.workflows.has(name)) return;
  throw new CirrusError(`There is no workflow ${name} in this project.`, {
    hint: suggest(name, project.workflows.keys()),
    exitCode: EXIT.notFound,
  });
}
