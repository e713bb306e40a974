/**
 * The program of an execution that is a workflow of a Cirrus project: its payload goes through it in a runtime of this
 * process's own, and so does what is chained from it. Only what it has published stays for the next execution.
 */
import { randomUUID } from "node:crypto";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { CirrusError } from "../../errors.ts";
import { isJsonObject, type Json, type JsonObject } from "../../json.ts";
import { suggest } from "../../nearest.ts";
import { openReport, readAssignment } from "../../notebook/javascript/child-report.ts";
import { NotRunnable } from "../../notebook/notebook-program.ts";
import { messageBody } from "../../payload/message-body.ts";
import type { Payload, ProcessDefinition } from "../../payload/payload.ts";
import { bindLocally } from "../../project/local/local.ts";
import type { Project } from "../../project/project.ts";
import { openDataDirectory } from "../../runtime/data-directory.ts";
import { type Followed, makeFollower } from "../../runtime/follow.ts";
import { makeRuntime, type Runtime } from "../../runtime/runtime.ts";
import { localSettings } from "../../runtime/settings.ts";
import { isOpen } from "../../state/states.ts";
import { openProject, refuse } from "./open-project.ts";
import { payloadOf } from "./payload-of.ts";
import type { ProjectAssignment } from "./project-assignment.ts";
import { nodeOptions } from "./project-modules.ts";
import { makeLogRelay } from "./relay-logs.ts";

const LOOK_EVERY_MS = 100;

/** A payload did not succeed: its error's name stands for it. */
class WorkflowFailed extends CirrusError {
  constructor(name: string, message: string) {
    super(message);
    this.name = name;
  }
}

const given = readAssignment();
const report = openReport();
if (!isJsonObject(given)) process.exit(0);
// Written by loopProgram.
const assignment = given as unknown as ProjectAssignment;
let isToldToEnd = false;
process.once("SIGTERM", () => {
  isToldToEnd = true;
});
void report.end(run);

async function run(): Promise<Json> {
  const project = openWorkflow(assignment.name);
  const payload = again(payloadOf(assignment, byTask(assignment.args), assignment.name));
  if (payload.process[0].workflow !== assignment.name) {
    throw new NotRunnable(`${assignment.payload} is for the workflow ${payload.process[0].workflow}.`);
  }
  forget(project);
  const runtime = makeRuntime({ project, data: assignment.data, environment: nodeOptions(assignment) });
  try {
    await runtime.start();
    return summaryOf(await follow(runtime, payload));
  } finally {
    await runtime.stop();
  }
}

function openWorkflow(name: string): Project {
  const { project, problems } = openProject(assignment);
  refuse([...problems, ...(problems.length > 0 ? [] : bindLocally(project, { environment: {} }).problems)]);
  if (project.workflows.has(name)) return project;
  throw new NotRunnable(`There is no workflow ${name} in this project.`, {
    hint: suggest(name, project.workflows.keys()),
  });
}

/** Of an earlier execution, which may have been killed: nothing of it goes on, and no payload is known. */
function forget(project: Project): void {
  const data = openDataDirectory(assignment.data);
  const { root } = localSettings(project, data);
  const passing = [data.database, `${data.database}-wal`, `${data.database}-shm`, data.logs, data.jobs];
  for (const path of [...passing, join(data.objects, root.bucket, root.prefix)]) {
    rmSync(path, { recursive: true, force: true });
  }
}

function byTask(args: JsonObject): Readonly<Record<string, JsonObject>> {
  const entries = Object.entries(args).map(([task, parameters]) => {
    if (isJsonObject(parameters)) return [task, parameters] as const;
    throw new NotRunnable(`args of a workflow are parameters by task: args.${task} is no map.`);
  });
  return Object.fromEntries(entries);
}

/** Each execution runs the payload and its whole chain, whatever became of them before. */
function again(payload: Payload): Payload {
  const [first, ...next] = payload.process;
  const replaced = (definition: ProcessDefinition): ProcessDefinition => ({ ...definition, replace: true });
  const later = next.map((element) => (isList(element) ? element.map(replaced) : replaced(element)));
  return { ...payload, process: [replaced(first), ...later] };
}

function isList(element: ProcessDefinition | readonly ProcessDefinition[]): element is readonly ProcessDefinition[] {
  return Array.isArray(element);
}

/** Until all that came of the payload has ended; its tasks' logs are this process's. */
async function follow(runtime: Runtime, payload: Payload): Promise<readonly Followed[]> {
  const follower = makeFollower({ ...runtime.ports, messages: runtime.messages });
  follower.add(assignment.payload ?? assignment.name, await send(runtime, payload));
  const logs = makeLogRelay(runtime.executionLogs, (line) => console.log(line));
  const told = new Map<string, string>();
  for (;;) {
    const followed = await follower.look();
    for (const { record } of followed) {
      if (record === undefined) continue;
      const key = { workflow: record.workflow, name: record.execution };
      await logs.relay(key);
      if (told.get(record.payloadId) !== record.state) console.log(`${record.payloadId}: ${record.state}`);
      told.set(record.payloadId, record.state);
      if (isToldToEnd && isOpen(record.state)) {
        await runtime.executions.stop(key, { error: "Stopped", cause: "It was told to end (SIGTERM)" });
      }
    }
    if (followed.every(({ settled }) => settled)) return followed;
    await sleep(LOOK_EVERY_MS);
  }
}

async function send({ ports }: Runtime, payload: Payload): Promise<string> {
  const body = await messageBody(payload, { objects: ports.objects, urls: ports.payloads.urls });
  const [sent] = await ports.intake.send([{ id: randomUUID(), body }]);
  if (sent === undefined || sent.outcome === "failed") {
    throw new CirrusError(`The payload was not taken: ${sent?.message ?? "nobody answered"}`);
  }
  return sent.messageId ?? sent.id;
}

/** Throws the error of what did not succeed. */
function summaryOf(followed: readonly Followed[]): Json {
  for (const { record, outcome, payloadId } of followed) {
    if (record?.state === "SUCCEEDED") continue;
    const { error = "WorkflowFailed", cause = outcome?.reason ?? "Nobody says why." } = record?.lastError ?? {};
    throw new WorkflowFailed(error, `${payloadId ?? assignment.name}: ${record?.state ?? "not run"}: ${cause}`);
  }
  const [first, ...chained] = followed.map(({ record }) => ({
    payloadId: record?.payloadId ?? "",
    state: record?.state ?? "",
    outputs: record?.outputs ?? [],
  }));
  return { ...first, ...(chained.length === 0 ? {} : { chained }) };
}
