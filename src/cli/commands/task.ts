/** `cirrus task`: one task alone, as a Lambda would run it or as a Batch job would. */
import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative, resolve } from "node:path";
import { CirrusError, EXIT } from "../../errors.ts";
import type { JobDefinition } from "../../executions/job-definition.ts";
import { postBatch } from "../../functions/post-batch/post-batch.ts";
import { preBatch, readPayload } from "../../functions/pre-batch/pre-batch.ts";
import { isJsonObject, type Json } from "../../json.ts";
import { suggest } from "../../nearest.ts";
import type { Component, Project } from "../../project/project.ts";
import type { Runtime } from "../../runtime/runtime.ts";
import type { Register } from "../commands.ts";
import { warnOfUnknown } from "../payload/check-parameters.ts";
import { readJsonFiles, toPayloads } from "../payload/payload-files.ts";
import { openProject, storeExampleAssets, withStores } from "../place/project.ts";
import { findLambda, printLog, reportFailure, runLambda } from "../run-lambda.ts";
import type { Io } from "../terminal/io.ts";

interface TaskOptions {
  readonly batch?: boolean;
  readonly workdir?: string;
  readonly saveWorkdir?: boolean;
  readonly upload: boolean;
  readonly validate: boolean;
}

export const register: Register = (command, io, exit) => {
  command.description("Work with single tasks.");
  command
    .command("run")
    .description("Run one task with one payload, as its Lambda would. The resulting payload goes to standard output.")
    .argument("<name>", "name of a folder in tasks/")
    .argument(
      "[payload]",
      "a JSON file, - for standard input; an item alone is a payload too. Left out, it is the payload.json beside the task",
    )
    .option("--batch", "run it as its Batch job would")
    .option("--workdir <folder>", "let the task work in this folder, and keep what it leaves there")
    .option("--save-workdir", "keep the temporary work folder, and say where it is")
    .option("--no-upload", "leave assets in the work folder instead of uploading them")
    .option("--no-validate", "do not hold the resulting items against the schemas of STAC")
    .addHelpText(
      "after",
      "\nExample:\n  cirrus task run add-preview workflows/mirror-with-preview/payload.json \\\n    --workdir work --no-upload",
    )
    .action(async (name: string, given: string | undefined, options: TaskOptions) => {
      const project = openProject(io);
      const component = requireTask(project, name);
      const path = given ?? ownPayload(component, io);
      const [sourced, ...more] = toPayloads(withWorkflow(await readJsonFiles([path], io), name));
      if (!sourced || more.length > 0) {
        throw new CirrusError(`${path} holds ${more.length + 1} payloads; a task takes one at a time.`, {
          exitCode: EXIT.usage,
        });
      }
      await warnOfUnknown(io, component, sourced);
      await withStores(project, async (runtime) => {
        await storeExampleAssets(project, runtime);
        const run = options.batch ? runAsJob : runAsLambda;
        try {
          const workdir = await workdirOf(name, options, io);
          const environment = environmentOf({ ...options, workdir });
          const output = await run(component, sourced.payload, environment, runtime, io);
          io.stdout.write(`${JSON.stringify(output, null, 2)}\n`);
        } catch (thrown) {
          exit(reportFailure(thrown, io));
        }
      });
    });
};

/** As what is wrong in it is told: from the folder that the command is called in. */
function ownPayload({ name, directory }: Component, { cwd }: Io): string {
  const path = join(directory, "payload.json");
  if (existsSync(path)) return relative(cwd, path);
  throw new CirrusError(`The task ${name} has no payload.json of its own.`, {
    hint: `Name one: npx cirrus task run ${name} payload.json`,
    exitCode: EXIT.usage,
  });
}

/** A payload for a task alone need not name a workflow. */
function withWorkflow(documents: Awaited<ReturnType<typeof readJsonFiles>>, task: string): typeof documents {
  return documents.map(({ source, value }) => {
    if (!isJsonObject(value)) return { source, value };
    const payload: Json = value.type === "Feature" ? { type: "FeatureCollection", features: [value] } : value;
    return { source, value: payload.process === undefined ? { ...payload, process: [{ workflow: task }] } : payload };
  });
}

/** undefined: one that the task makes and removes. */
async function workdirOf(name: string, { workdir, saveWorkdir }: TaskOptions, io: Io): Promise<string | undefined> {
  if (workdir !== undefined) return resolve(io.cwd, workdir);
  if (!saveWorkdir) return undefined;
  const made = await mkdtemp(join(tmpdir(), `cirrus-${name}-`));
  io.stderr.write(`The task works in ${made}, which is kept.\n`);
  return made;
}

type Settings = Pick<TaskOptions, "upload" | "validate"> & { readonly workdir: string | undefined };

function environmentOf({ workdir, upload, validate }: Settings): Readonly<Record<string, string>> {
  return {
    ...(workdir === undefined ? {} : { CIRRUS_WORKDIR: workdir }),
    ...(upload ? {} : { CIRRUS_UPLOAD: "false" }),
    ...(validate ? {} : { CIRRUS_VALIDATE: "false" }),
  };
}

type RunTask = (
  task: Component,
  payload: Json,
  environment: Readonly<Record<string, string>>,
  runtime: Runtime,
  io: Io,
) => Promise<Json>;

const runAsLambda: RunTask = async (task, payload, environment, runtime, io) => {
  const lambda = findLambda(task.name, runtime);
  if (!lambda) {
    throw new CirrusError(`The task ${task.name} has no Lambda.`, {
      hint: "Run it as a Batch job: add --batch.",
      exitCode: EXIT.config,
    });
  }
  return readPayload(await runLambda(lambda, payload, environment, runtime, io), runtime.ports);
};

const runAsJob: RunTask = async (task, payload, environment, runtime, io) => {
  const definition = jobDefinitionOf(task, runtime);
  const urls = await preBatch(payload, { ...runtime.ports, uuid: randomUUID });
  const [queue] = runtime.bound().jobQueues.values();
  const job = await runtime.jobs.run(
    {
      JobName: task.name,
      JobQueue: queue?.name ?? "",
      JobDefinition: definition.name,
      // A job that names no url_out writes its result over its input, and is asked for it there.
      Parameters: definition.command.includes("Ref::url_out") ? { ...urls } : { url: urls.url },
      ContainerOverrides: { Environment: Object.entries(environment).map(([Name, Value]) => ({ Name, Value })) },
    },
    { token: `cirrus task run ${randomUUID()}`, signal: io.signal },
  );
  for (const { Container } of job.Attempts) await printLog(runtime, io, Container.LogStreamName);
  const description = JSON.parse(JSON.stringify(job)) as Json;
  const error = { Error: "States.TaskFailed", Cause: JSON.stringify(description) };
  const event = job.Status === "SUCCEEDED" ? description : { ...urls, error };
  return readPayload(await postBatch(event, { ...runtime.ports, logs: runtime.logs }), runtime.ports);
};

function jobDefinitionOf(task: Component, runtime: Runtime): JobDefinition {
  const own = [...runtime.bound().jobDefinitions.values()].find(({ directory }) => directory === task.directory);
  if (own) return own;
  throw new CirrusError(`The task ${task.name} has no Batch job definition.`, {
    hint: "Run it as a Lambda: leave out --batch.",
    exitCode: EXIT.config,
  });
}

function requireTask(project: Project, name: string): Component {
  const task = project.tasks.get(name);
  if (task) return task;
  throw new CirrusError(`There is no task ${name} in this project.`, {
    hint: suggest(name, project.tasks.keys()),
    exitCode: EXIT.notFound,
  });
}
