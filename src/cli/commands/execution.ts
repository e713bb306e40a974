/** `cirrus execution`: one run of a workflow: what happened in it, stop it, or let it go on where it failed. */

import type { Command } from "commander";
import { CirrusError, EXIT, type ExitCode } from "../../errors.ts";
import { errorOfExecution } from "../../events/execution-error.ts";
import { stopWaiting } from "../../functions/fan-in/stop-waiting.ts";
import { redrivePayload, whatHindersRedrive } from "../../functions/redrive.ts";
import { resolveDocument } from "../../functions/stored-documents.ts";
import type { Json } from "../../json.ts";
import { parsePayloadId, writtenId } from "../../payload/payload-id.ts";
import type { Register } from "../commands.ts";
import { findExecution, type Target } from "../execution/execution-target.ts";
import { registerLogs } from "../execution/logs-command.ts";
import { registerRecord } from "../execution/record-command.ts";
import { timelineOf } from "../execution/timeline.ts";
import { requireRecord } from "../payload/require-record.ts";
import { addPlaceOptions, type Backend, type PlaceOptions, withBackend } from "../place/backend.ts";
import { formatDuration } from "../terminal/duration.ts";
import type { Io } from "../terminal/io.ts";
import { addFormats, formatOf, type OutputOptions, printOne, printRows } from "../terminal/output.ts";

interface TargetOptions extends PlaceOptions {
  readonly workflow?: string;
}

export const register: Register = (command, io, exit) => {
  command.description("See what happened in an execution, stop it, or let it go on where it failed.");

  addFormats(addTarget(command.command("get")), ["json", "yaml"])
    .description("Show an execution: status, times, input and output or error.")
    .action(async (target: string, options: TargetOptions & OutputOptions) => {
      await withTarget(target, options, async ({ execution }) => {
        const { input, output, ...rest } = execution;
        printOne(io, formatOf(options), {
          ...rest,
          input: parsed(input),
          ...(output === undefined ? {} : { output: parsed(output) }),
        });
      });
    });

  addFormats(addTarget(command.command("history")), ["table", "json", "jsonl", "yaml"])
    .description(
      "Show what happened, state by state and try by try. With -o json it prints every event as it was recorded.",
    )
    .action(async (target: string, options: TargetOptions & OutputOptions) => {
      await withTarget(target, options, async ({ execution }, { ports }) => {
        const history = await ports.executions.history(execution);
        const format = formatOf(options);
        if (format === "table") printTimeline(io, timelineOf(history));
        else printRows(io, format, history, { columns: [], cells: () => [], name: ({ type }) => type, none: "" });
      });
    });

  addTarget(command.command("input"))
    .description("Print what an execution was given. A payload that travels by URL is fetched.")
    .option("--raw", "print the URL instead")
    .action((target: string, options: TargetOptions & { readonly raw?: boolean }) =>
      withTarget(target, options, async ({ execution }, backend) => {
        const input = parsed(execution.input);
        printOne(io, "json", options.raw ? input : await resolveDocument(input, backend.ports));
      }),
    );

  addTarget(command.command("output"))
    .description("Print what an execution came to. A payload that travels by URL is fetched.")
    .option("--raw", "print the URL instead")
    .action((target: string, options: TargetOptions & { readonly raw?: boolean }) =>
      withTarget(target, options, async ({ execution }, backend) => {
        const { output, status } = execution;
        if (output === undefined) {
          const { error, cause } = errorOfExecution(execution);
          throw new CirrusError(`The execution is ${status}: it has no output.`, {
            ...(status === "RUNNING" ? {} : { hint: `${error}: ${cause}` }),
            exitCode: EXIT.notFound,
          });
        }
        printOne(io, "json", options.raw ? parsed(output) : await resolveDocument(parsed(output), backend.ports));
      }),
    );

  registerLogs(command.command("logs"), io, exit);
  registerRecord(command.command("record"), io, exit);

  addTarget(command.command("stop"))
    .description("Stop an execution, or what waits for others: it ends ABORTED.")
    .option("--reason <text>", "kept in the execution and in the payload's history", "stopped by hand")
    .action((target: string, options: TargetOptions & { readonly reason: string }) =>
      withBackend(io, options, async (backend) => {
        io.stderr.write(await stopTarget(backend, target, options));
      }),
    );

  addTarget(command.command("redrive"))
    .description(
      "Let an execution that failed go on where it failed, under its name: what succeeded is kept and not run again.",
    )
    .action((target: string, options: TargetOptions) =>
      withTarget(target, options, async (found, backend) => exit(await redrive(io, backend, found))),
    );

  function withTarget(
    text: string,
    options: TargetOptions,
    work: (target: Target, backend: Backend) => Promise<void>,
  ): Promise<void> {
    return withBackend(io, options, async (backend) =>
      work(await findExecution(backend, text, options.workflow), backend),
    );
  }
};

function addTarget(command: Command): Command {
  return addPlaceOptions(command)
    .argument("<payload-id|execution>", "a payload ID for its latest execution, or an execution's name or ARN")
    .option("--workflow <name>", "the workflow of an execution that is given by its name");
}

async function redrive(io: Io, backend: Backend, { execution, record }: Target): Promise<ExitCode> {
  const { ports, runner } = backend;
  const payloadId = writtenId(await resolveDocument(parsed(execution.input), backend.ports));
  const current = record ?? (payloadId === undefined ? undefined : await requireRecord(backend, payloadId));
  if (current === undefined || current.execution !== execution.name) {
    const why = current
      ? `${current.payloadId} has another execution since: ${current.execution}.`
      : "It runs no payload of ours.";
    throw new CirrusError(`The execution ${execution.name} is not redriven: ${why}`, { exitCode: EXIT.conflict });
  }
  const hindrance = await whatHindersRedrive(execution, ports);
  const hint = `Run the payload again from the start: npx cirrus payload rerun ${current.payloadId}${backend.flags}`;
  if (hindrance !== undefined) {
    throw new CirrusError(`The execution is not redriven: ${hindrance}.`, { hint, exitCode: EXIT.conflict });
  }
  const redriven = await redrivePayload(current, { actor: "cirrus execution redrive" }, ports);
  if (redriven.outcome === "refused") {
    throw new CirrusError(`The execution is not redriven. ${redriven.message}`, { hint, exitCode: EXIT.conflict });
  }
  io.stderr.write(`${current.payloadId} goes on where it failed; ${runner} runs it.\n`);
  return EXIT.ok;
}

function printTimeline(io: Io, entries: ReturnType<typeof timelineOf>): void {
  printRows(io, "table", entries, {
    columns: [
      { title: "at" },
      { title: "state" },
      { title: "what" },
      { title: "result" },
      { title: "duration", align: "right" },
      { title: "error", grows: true },
    ],
    cells: ({ at, state, type, attempt, result, duration, error = "" }) => [
      at,
      attempt === undefined ? state : `  ${state}`,
      attempt === undefined ? type : `try ${attempt}`,
      result,
      duration === undefined ? "" : formatDuration(duration),
      error,
    ],
    name: ({ state }) => state,
    none: "Nothing has happened yet.",
  });
}

/** Texts that the engine took only as JSON. */
function parsed(text: string): Json {
  return JSON.parse(text) as Json;
}

/** Resolves with what to say of it. */
async function stopTarget(
  backend: Backend,
  target: string,
  { reason, workflow }: TargetOptions & { readonly reason: string },
): Promise<string> {
  const { ports, runner } = backend;
  const [record] = parsePayloadId(target) === undefined ? [] : await ports.state.get([target]);
  if (record?.state === "WAITING") {
    const stopped = await stopWaiting(record, { actor: "cirrus execution stop", reason, cause: reason }, ports);
    if (stopped.outcome === "written") return `Stopped ${target}; it waits no longer.\n`;
    throw new CirrusError(`${target} is ${stopped.current?.state ?? "gone"} by now.`, { exitCode: EXIT.conflict });
  }
  const { execution } = await findExecution(backend, target, workflow);
  if (execution.status !== "RUNNING") {
    throw new CirrusError(`The execution has ended already: ${execution.status}.`, { exitCode: EXIT.conflict });
  }
  await ports.executions.stop(execution, { error: "Stopped", cause: reason });
  return `Stopped ${execution.arn}; ${runner} records it.\n`;
}
