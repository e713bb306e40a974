/** `cirrus bulk list`, `status` and `show`: what runs there are and how they go. */
import { type BulkRun, endedOf } from "../../bulk/bulk-run.ts";
import { ENTRY_STATES } from "../../bulk/entry.ts";
import { retriesOf } from "../../queue/progress.ts";
import { entriesOf } from "../../queue/report/read-rows.ts";
import type { Register } from "../commands.ts";
import { addPlaceOptions, type PlaceOptions } from "../place/backend.ts";
import { type BulkPlace, withBulkPlace } from "../place/bulk-place.ts";
import { formatDuration } from "../terminal/duration.ts";
import { type Io, paint } from "../terminal/io.ts";
import { addFormats, formatOf, type OutputOptions, printOne, printRows } from "../terminal/output.ts";
import { renderTable } from "../terminal/table.ts";
import { followRun } from "./follow-run.ts";
import { count, renderLine } from "./run-view.ts";
import { addRunArgument, bulkMark, describeTask, exitCodeOf, requireRun, shortPath } from "./runs.ts";

export const registerList: Register = (command, io) => {
  addFormats(addPlaceOptions(command), ["table", "json", "jsonl", "yaml", "name"])
    .description("List bulk runs, the newest first.")
    .action((options: PlaceOptions & OutputOptions) =>
      withBulkPlace(io, options, async ({ runs, place }) => {
        const listed = await runs.list();
        const rows = await Promise.all(listed.map(async (run) => ({ ...run, counts: await runs.counts(run.name) })));
        printRows(io, formatOf(options), rows, {
          columns: [
            { title: "state" },
            { title: "run" },
            { title: "task", grows: true },
            { title: "entries", align: "right" },
            { title: "done", align: "right" },
            { title: "failed", align: "right" },
            { title: "created", spare: 1 },
          ],
          cells: ({ state, name, task, entries, counts, created }) => [
            bulkMark(io, io.stdout, state),
            name,
            describeTask(io, task),
            count(entries),
            count(counts.DONE),
            count(counts.FAILED),
            created.replace(/\.\d+Z$/, "Z"),
          ],
          name: ({ name }) => name,
          none: `There are no bulk runs ${place}.`,
        });
      }),
    );
};

interface StatusOptions extends PlaceOptions, OutputOptions {
  readonly follow?: boolean;
}

export const registerStatus: Register = (command, io, exit) => {
  addFormats(addRunArgument(command), ["table", "json", "yaml"])
    .description("How a run goes: how many entries are done, failed and left, and who works on them.")
    .option("-f, --follow", "show it until the run has ended; Ctrl-C leaves the run alone")
    .action((name: string, options: StatusOptions) =>
      withBulkPlace(io, options, async (place) => {
        const run = await requireRun(place, name);
        if (options.follow) return exit(exitCodeOf(await followRun(io, place, run)));
        const counts = await place.runs.counts(name);
        const workers = (await place.runs.workers(name)).filter(({ endedAt }) => endedAt === undefined);
        const { state, reason, entries } = run;
        if (formatOf(options) !== "table") {
          const ended = endedOf(counts);
          return printOne(io, formatOf(options), { name, state, reason, entries, ended, counts, workers });
        }
        const snapshot = {
          counts,
          entries,
          ended: endedOf(counts),
          retries: retriesOf(counts),
          perSecond: undefined,
          remainingMs: undefined,
          running: [],
          errors: [],
        };
        const why = reason === undefined ? "" : ` (${reason})`;
        io.stdout.write(`${bulkMark(io, io.stdout, state)} ${paint(io, io.stdout, "bold", name)}${why}\n`);
        io.stdout.write(`${renderLine(snapshot)}\n`);
        for (const { worker, slots, host, instanceType, seenAt } of workers) {
          const machine = instanceType === undefined ? host : `${host} (${instanceType})`;
          io.stdout.write(`worker ${worker}: ${slots} at a time on ${machine}, seen ${seenAt}\n`);
        }
        if (workers.length === 0 && (state === "OPEN" || state === "STOPPED")) {
          io.stderr.write(`Nobody works on it. ${advice(place, run)}\n`);
        }
      }),
    );
};

function advice({ flags, stage }: BulkPlace, { name, state }: BulkRun): string {
  if (state === "STOPPED") return `Let it go on: npx cirrus bulk resume ${name}${flags}`;
  return stage === undefined
    ? `Go on: npx cirrus bulk work ${name}`
    : "Workers are started every minute where some are needed.";
}

export const registerShow: Register = (command, io) => {
  addFormats(addRunArgument(command), ["table", "json", "yaml"])
    .description("What a run is: its task, its limits, where its entries come from, how many are in which state.")
    .option("--detail", "with the entry that is tried next, and those that run")
    .action((name: string, options: PlaceOptions & OutputOptions & { readonly detail?: boolean }) =>
      withBulkPlace(io, options, async (place) => {
        const { runs } = place;
        const run = await requireRun(place, name);
        const counts = await runs.counts(name);
        const next = options.detail ? await Array.fromAsync(entriesOf(runs, { run: name, state: "QUEUED" }, 1)) : [];
        const running = options.detail
          ? await Array.fromAsync(entriesOf(runs, { run: name, state: "RUNNING" }, 50))
          : [];
        if (formatOf(options) !== "table") {
          return printOne(io, formatOf(options), { ...run, counts, ...(options.detail ? { next, running } : {}) });
        }
        io.stdout.write(`${renderFacts(io, run)}\n\n`);
        const states = ENTRY_STATES.map((state) => [bulkMark(io, io.stdout, state), count(counts[state])]);
        io.stdout.write(
          `${renderTable([{ title: "entries" }, { title: count(run.entries), align: "right" }], states)}\n`,
        );
        for (const { entry } of next) io.stdout.write(`\nnext: ${entry.id}\n${JSON.stringify(entry.data, null, 2)}\n`);
        for (const { entry, attempts, updated } of running) {
          io.stdout.write(`\nruns since ${updated}: ${entry.id} (attempt ${attempts})\n`);
        }
      }),
    );
};

function renderFacts(io: Io, run: BulkRun): string {
  const { task, limits, policy, source, created, finishedAt, state, reason } = run;
  const retries = Object.entries(policy).filter(([, { limit }]) => limit > 0);
  const memory = limits.maxMemoryBytes === undefined ? "no limit" : `${limits.maxMemoryBytes / 1e9} GB`;
  const facts = [
    ["task", describeTask(io, task)],
    ["state", `${bulkMark(io, io.stdout, state)}${reason === undefined ? "" : ` (${reason})`}`],
    ["tasks from", typeof source.file === "string" ? shortPath(io, source.file) : JSON.stringify(source)],
    ["runtime", `at most ${formatDuration(limits.maxRuntimeSeconds * 1000)}`],
    ["memory", memory],
    ["tried again", retries.map(([cause, { limit }]) => `${cause} ${limit}×`).join(", ") || "never"],
    ["created", created],
    ...(finishedAt === undefined ? [] : [["finished", finishedAt]]),
  ];
  return renderTable([{ title: "run" }, { title: paint(io, io.stdout, "bold", run.name) }], facts);
}
