/** `cirrus dev`: keeps the project running, takes changes of its files as they are saved, and shows what happens. */
import { relative } from "node:path";
import { isoTime, systemClock } from "../../clock.ts";
import { describeError, EXIT, locate, ProblemsError } from "../../errors.ts";
import type { Project } from "../../project/project.ts";
import { feederBuckets } from "../../runtime/feeders/buckets/feeder-buckets.ts";
import type { RunningFeeders } from "../../runtime/feeders/feeder-callers.ts";
import { feederSchedules } from "../../runtime/feeders/schedules/feeder-schedules.ts";
import { startFeeders } from "../../runtime/feeders/start-feeders.ts";
import { feederTopics } from "../../runtime/feeders/topics/feeder-topics.ts";
import { undeliveredEvents } from "../../runtime/feeders/undelivered-events.ts";
import { makeRuntime, type Runtime } from "../../runtime/runtime.ts";
import type { Register } from "../commands.ts";
import { exitCodeOfSignal } from "../exit-codes.ts";
import { parsePort } from "../options.ts";
import { dataPath, openProject, storeExampleAssets } from "../place/project.ts";
import { watchProject } from "../place/watch-project.ts";
import { type Io, paint } from "../terminal/io.ts";
import { untilStopped } from "../terminal/until-stopped.ts";
import { makeWarnings } from "../terminal/warnings.ts";

export const register: Register = (command, io, exit) => {
  command
    .description(
      "Keep the project running until Ctrl-C. Changes in tasks/, workflows/ and feeders/ take effect at once.",
    )
    .option("--port <number>", "port of the dashboard, instead of 4280 or the next that is free", parsePort)
    .option("--no-dashboard", "run without the dashboard")
    .action(async ({ port, dashboard }: { readonly port?: number; readonly dashboard: boolean }) => {
      const project = openProject(io);
      const log = makeWarnings(io, systemClock);
      const runtime = makeRuntime({ project, data: dataPath(project), log });
      const unsubscribe = runtime.announcements.subscribe("workflow-event", ({ body }) => printEvent(io, body));
      let feeders: RunningFeeders | undefined;
      const watched = watchProject(project, (path) => {
        reload(io, project, path, runtime.reload);
        feeders?.refresh();
      });
      let page: Awaited<ReturnType<typeof servePage>> | undefined;
      try {
        await storeExampleAssets(project, runtime);
        await runtime.start();
        feeders = startFeeders(runtime, { log, tell: (feeder, found) => printFed(io, feeder, found) });
        if (dashboard) page = await servePage(io, runtime, port);
        // Whoever reads that it is ready may save a file at once.
        await watched.ready;
        io.stderr.write(`${paint(io, io.stderr, "green", "Ready.")} ${summary(project, runtime)}\n`);
        for (const line of undelivered(project))
          io.stderr.write(`${paint(io, io.stderr, "yellow", "warning:")} ${line}\n`);
        if (page !== undefined) io.stderr.write(`Dashboard: ${page.url}${page.note}\n`);
        io.stderr.write(
          "In another terminal: npx cirrus publish payload.json\nCtrl-C stops; what runs is taken up by the next start.\n",
        );
        await untilStopped(io);
        exit(exitCodeOfSignal(io) ?? EXIT.ok);
      } finally {
        unsubscribe();
        await page?.close();
        await watched.close();
        await feeders?.stop();
        await runtime.stop();
      }
    });
};

/** Loaded once the project runs: it is as much code as everything that runs it. */
async function servePage(io: Io, runtime: Runtime, port: number | undefined) {
  const [{ portNote, serveDashboard }, { apiOfRuntime }] = await Promise.all([
    import("../dashboard/serve.ts"),
    import("../place/api-local.ts"),
  ]);
  const listening = await serveDashboard(() => apiOfRuntime(io, runtime), { port });
  return { ...listening, note: portNote(listening, port) };
}

function reload(io: Io, { root }: Project, path: string, take: (project: Project) => void): void {
  const changed = relative(root, path);
  try {
    take(openProject({ ...io, cwd: root }));
    io.stderr.write(`${paint(io, io.stderr, "dim", `${changed} changed: taken`)}\n`);
  } catch (thrown) {
    // What ran before goes on: a half-written definition must not stop the others.
    const problems = thrown instanceof ProblemsError ? thrown.problems : [];
    const why = problems.length > 0 ? "What was there before goes on." : describeError(thrown).cause;
    io.stderr.write(`${paint(io, io.stderr, "red", `${changed} changed: not taken.`)} ${why}\n`);
    for (const problem of problems) io.stderr.write(`  ${locate(problem)}: ${problem.message} ${problem.hint ?? ""}\n`);
  }
}

function printFed(io: Io, feeder: string, found: number): void {
  const payloads = found === 1 ? "1 payload" : `${found} payloads`;
  io.stderr.write(`${isoTime(systemClock.now())} ${paint(io, io.stderr, "cyan", "FED")} ${feeder}: ${payloads}\n`);
}

/** The body is our own workflow event. */
function printEvent(io: Io, body: string): void {
  const event = JSON.parse(body) as {
    event_type: string;
    payload_id?: string;
    isotimestamp: string;
    error?: string;
    reason?: string;
  };
  const bad = [
    "FAILED",
    "INVALID",
    "ABORTED",
    "TIMED_OUT",
    "RECORD_EXTRACT_FAILED",
    "NOT_A_PROCESS_PAYLOAD",
    "CHAIN_REJECTED",
  ];
  const style = bad.includes(event.event_type) ? "red" : event.event_type === "SUCCEEDED" ? "green" : "cyan";
  const why = event.error ?? event.reason;
  const type = paint(io, io.stderr, style, event.event_type);
  io.stderr.write(
    `${event.isotimestamp} ${type} ${event.payload_id ?? ""}${why === undefined ? "" : `\n    ${why.replaceAll("\n", "\n    ")}`}\n`,
  );
}

/** A feeder that waits for what never comes here looks like one that has nothing to do. */
function undelivered(project: Project): readonly string[] {
  const byFeeder = Map.groupBy(undeliveredEvents(project), ({ feeder }) => feeder);
  return [...byFeeder].map(([feeder, events]) => {
    const kinds = [...new Set(events.map(({ kind }) => kind))].join(", ");
    const call = `npx cirrus feed ${feeder} event.json | npx cirrus publish -`;
    return `No message of AWS reaches the feeder ${feeder} on one machine (its event ${kinds}). Call it by hand: ${call}`;
  });
}

function summary(project: Project, { data }: Runtime): string {
  const { root, tasks, workflows } = project;
  const schedules = feederSchedules(project).map(({ feeder, expression }) => `${feeder} at ${expression}`);
  const buckets = feederBuckets(project).map(
    ({ feeder, bucket, prefix }) => `${feeder} for new objects in ${relative(root, data.objects)}/${bucket}/${prefix}`,
  );
  const topics = feederTopics(project).map(({ feeder, arn }) => `${feeder} for messages of ${arn}`);
  const called = [...schedules, ...buckets, ...topics];
  const feeders = called.length === 0 ? "" : ` Feeders: ${called.join(", ")}.`;
  return `Tasks: ${[...tasks.keys()].join(", ")}. Workflows: ${[...workflows.keys()].join(", ")}.${feeders}`;
}
