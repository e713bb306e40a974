/** The program of an execution that is a task of a Cirrus project: its handler runs in this process, as in a Batch job. */
import { loadHandler } from "../../embedded/lambda/lambda-handler.ts";
import { makeObjectStore } from "../../embedded/objects/object-store.ts";
import { addToEnvironment, readEnvironment } from "../../env.ts";
import type { LambdaFunction } from "../../executions/lambda-function.ts";
import { isJsonObject } from "../../json.ts";
import type { Log } from "../../log.ts";
import { suggest } from "../../nearest.ts";
import { openReport, readAssignment } from "../../notebook/javascript/child-report.ts";
import { hookModules } from "../../notebook/javascript/module-hooks.ts";
import { NotRunnable } from "../../notebook/notebook-program.ts";
import { bindLocally } from "../../project/local/local.ts";
import { lambdaArn } from "../../project/local/local-names.ts";
import { openDataDirectory } from "../../runtime/data-directory.ts";
import { localSettings } from "../../runtime/settings.ts";
import { PORTS, type TaskContext } from "../../task/ports.ts";
import { openProject, refuse } from "./open-project.ts";
import { payloadOf } from "./payload-of.ts";
import type { ProjectAssignment } from "./project-assignment.ts";

const line =
  (prefix: string): Log["info"] =>
  (message, fields = {}) => {
    const shown = Object.entries(fields).filter(([, value]) => value !== undefined);
    console.log([`${prefix}${message}`, ...shown.map(([name, value]) => `${name}=${value}`)].join(" "));
  };
const lineLog: Log = { debug() {}, info: line(""), warn: line("Warning: "), error: line("Error: ") };

const given = readAssignment();
const report = openReport();
if (!isJsonObject(given)) process.exit(0);
// Written by loopProgram.
const assignment = given as unknown as ProjectAssignment;
const stop = new AbortController();
process.once("SIGTERM", () => stop.abort(new Error("The task was told to end (SIGTERM)")));
void report.end(run);

async function run(): Promise<unknown> {
  const { checkout, nodeModules, name, args, data } = assignment;
  const { lambda, objects } = findTask(name, data);
  const payload = payloadOf(assignment, { [name]: args }, name);
  hookModules({ checkout, nodeModules, withOwn: true });
  addToEnvironment(lambda.environment);
  const handler = await loadHandler(lambda.directory, lambda.handler);
  return handler(payload, contextOf(lambda, objects));
}

function findTask(name: string, path: string): { readonly lambda: LambdaFunction; readonly objects: string } {
  const { project, problems } = openProject(assignment, ["tasks", "resources"]);
  if (!project.tasks.has(name)) {
    refuse(problems);
    throw new NotRunnable(`There is no task ${name} in this project.`, { hint: suggest(name, project.tasks.keys()) });
  }
  const data = openDataDirectory(path);
  const { environment } = localSettings(project, data);
  const bound = bindLocally(project, { environment });
  // What is wrong with other parts of the project harms nobody here.
  const own = [...problems, ...bound.problems].filter(({ file = "" }) => isOf(file, name));
  refuse(own);
  const lambda = bound.lambdas.get(lambdaArn(project.config, name));
  if (lambda === undefined) {
    throw new NotRunnable(`The task ${name} has no Lambda. Run it by a workflow that has a state for its Batch job.`);
  }
  return { lambda, objects: data.objects };
}

function isOf(file: string, task: string): boolean {
  return file === "cirrus.yml" || file.startsWith(`tasks/${task}/`);
}

/** Nothing cuts it off but the loop's own timeout, and a result of any size is given back whole. */
function contextOf({ name }: LambdaFunction, objects: string): TaskContext {
  return {
    functionName: name,
    [PORTS]: {
      environment: readEnvironment(),
      objects: makeObjectStore(objects),
      log: lineLog,
      signal: stop.signal,
      inlineLimit: Number.POSITIVE_INFINITY,
    },
  };
}
