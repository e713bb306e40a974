/** `cirrus feeder`: one feeder alone, as its Lambda would run, and what it finds sent on its way. */
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CirrusError, EXIT } from "../../errors.ts";
import type { Json } from "../../json.ts";
import { suggest } from "../../nearest.ts";
import type { Component, Project } from "../../project/project.ts";
import type { Register } from "../commands.ts";
import { readJsonFiles, type SourcedPayload, toPayloads } from "../payload/payload-files.ts";
import { publish } from "../payload/publish-command.ts";
import { addPlaceOptions, type PlaceOptions, withBackend } from "../place/backend.ts";
import { openProject, withStores } from "../place/project.ts";
import { findLambda, reportFailure, runLambda } from "../run-lambda.ts";
import type { Io } from "../terminal/io.ts";

interface FeederOptions extends PlaceOptions {
  readonly dryRun?: boolean;
  readonly wait?: boolean;
}

export const register: Register = (command, io, exit) => {
  command.description("Work with single feeders.");
  const run = command
    .command("run")
    .description("Run one feeder here, as its Lambda would, and send the payloads that it finds.")
    .argument("<name>", "name of a folder in feeders/")
    .argument(
      "[event]",
      "what it is called with: a JSON file, - for standard input. Left out, it is the event.json beside the feeder, else {}",
    )
    .option("-n, --dry-run", "print the payloads, one a line, and send nothing")
    .option("--wait", "wait until everything that was sent has ended, and show what became of it")
    .addHelpText("after", "\nExample:\n  cirrus feeder run watcher event.json --dry-run");
  addPlaceOptions(run).action(async (name: string, given: string | undefined, options: FeederOptions) => {
    const project = openProject(io);
    const feeder = requireFeeder(project, name);
    const event = await readEvent(feeder, given, io);
    try {
      const payloads = await find(feeder, event, project, io);
      if (options.dryRun)
        return void io.stdout.write(payloads.map(({ payload }) => `${JSON.stringify(payload)}\n`).join(""));
      if (payloads.length === 0) return void io.stderr.write(`The feeder ${name} found nothing.\n`);
      await withBackend(io, options, (backend) =>
        publish(io, backend, payloads, { wait: options.wait ?? false, exit }),
      );
    } catch (thrown) {
      exit(reportFailure(thrown, io));
    }
  });
};

/** Runs it to its end before anything is sent: what fails halfway sends nothing. */
async function find({ name }: Component, event: Json, project: Project, io: Io): Promise<readonly SourcedPayload[]> {
  const folder = await mkdtemp(join(tmpdir(), "cirrus-feeder-"));
  const output = join(folder, "payloads.ndjson");
  try {
    await withStores(project, async (runtime) => {
      const lambda = findLambda(name, runtime);
      if (lambda === undefined) {
        throw new CirrusError(`The feeder ${name} has no Lambda that runs here.`, {
          hint: `See what it has: cirrus show feeder ${name} definition`,
          exitCode: EXIT.config,
        });
      }
      await runLambda(lambda, event, { CIRRUS_FEEDER_OUTPUT: output }, runtime, io);
    });
    const lines = existsSync(output) ? (await readFile(output, "utf8")).split("\n").filter(Boolean) : [];
    return toPayloads(lines.map((line, index) => ({ source: `${name}:${index + 1}`, value: JSON.parse(line) })));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function readEvent({ name, directory }: Component, given: string | undefined, io: Io): Promise<Json> {
  const own = join(directory, "event.json");
  const path = given ?? (existsSync(own) ? own : undefined);
  if (path === undefined) return {};
  const [document, ...more] = await readJsonFiles([path], io);
  if (document !== undefined && more.length === 0) return document.value;
  throw new CirrusError(`${path} holds ${more.length + (document ? 1 : 0)} events; the feeder ${name} takes one.`, {
    exitCode: EXIT.usage,
  });
}

function requireFeeder({ feeders }: Project, name: string): Component {
  const feeder = feeders.get(name);
  if (feeder) return feeder;
  const hint =
    feeders.size === 0
      ? 'There is none yet: cirrus create feeder <name> "what it watches"'
      : (suggest(name, feeders.keys()) ?? `There are: ${[...feeders.keys()].join(", ")}.`);
  throw new CirrusError(`There is no feeder ${name} in this project.`, { hint, exitCode: EXIT.notFound });
}
