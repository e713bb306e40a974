/** What became of a run, for people and for programs. */
import type { BulkRun } from "../../bulk/bulk-run.ts";
import { readReport } from "../../queue/report/read-report.ts";
import type { Statistics } from "../../queue/report/statistics.ts";
import type { Report } from "../../queue/report/summarize.ts";
import type { BulkPlace } from "../place/bulk-place.ts";
import { formatDuration } from "../terminal/duration.ts";
import { type Io, paint } from "../terminal/io.ts";
import { type Format, printOne } from "../terminal/output.ts";
import { renderTable } from "../terminal/table.ts";
import { count, countEntries } from "./run-view.ts";

/** Of one machine the rest of the report says it all. */
const FEW_HOSTS = 1;

export async function printReport(io: Io, place: BulkPlace, { name }: BulkRun, format: Format): Promise<void> {
  const run = await place.runs.get(name);
  if (run === undefined) return;
  const report = await readReport(place.runs, run);
  if (format === "table") io.stdout.write(renderReport(io, report, place.flags));
  else printOne(io, format, report);
}

export function renderReport(io: Io, report: Report, flags: string): string {
  const width = io.stdout.isTTY ? io.stdout.columns : undefined;
  const facts = factsOf(report).map(([name, text]) => [paint(io, io.stdout, "dim", name), text]);
  const columns = [
    { title: paint(io, io.stdout, "bold", report.run.name) },
    { title: verdict(io, report), grows: true },
  ];
  return [
    `${renderTable(columns, facts, width)}\n`,
    ...(report.hosts.length > FEW_HOSTS ? [`\n${renderHosts(report)}\n`] : []),
    ...(report.errors.length > 0 ? [`\n${renderErrors(io, report, flags, width)}\n`] : []),
  ].join("");
}

function verdict(io: Io, { entries }: Report): string {
  const { DONE, FAILED, CANCELLED, QUEUED, RUNNING, total } = entries;
  const left = QUEUED + RUNNING;
  if (DONE === total)
    return paint(io, io.stdout, "green", total === 1 ? "✓ the entry is done" : `✓ all ${countEntries(total)} are done`);
  const parts = [
    `${count(DONE)} of ${count(total)} done`,
    ...(FAILED > 0 ? [paint(io, io.stdout, "red", `✗ ${count(FAILED)} failed`)] : []),
    ...(CANCELLED > 0 ? [`■ ${count(CANCELLED)} cancelled`] : []),
    ...(left > 0 ? [`${count(left)} left`] : []),
  ];
  return parts.join(", ");
}

function factsOf(report: Report): readonly (readonly [string, string])[] {
  const { attempts, time, donePerHour, remainingSeconds, duration, peakMemory, cpuSeconds, cost } = report;
  const retries = Object.entries(attempts.retries).map(([cause, times]) => `${cause} ${count(times)}×`);
  const rate = donePerHour === undefined ? "" : `, ${count(Math.round(donePerHour))} done an hour`;
  const left = remainingSeconds === undefined ? "" : `, ${seconds(remainingSeconds)} left at this rate`;
  return [
    [
      "attempts",
      `${count(attempts.total)}${retries.length > 0 ? `; tried again because of ${retries.join(", ")}` : ""}`,
    ],
    ["took", `${seconds(time.activeSeconds)}${within(time)}${rate}${left}`],
    ...(duration === undefined ? [] : [["a task", describe(duration, seconds)] as const]),
    ...(peakMemory === undefined ? [] : [["its memory", describe(peakMemory, megabytes)] as const]),
    ...(cpuSeconds > 0 ? [["processor", seconds(cpuSeconds)] as const] : []),
    ...(cost.total > 0 ? [["cost", costOf(cost)] as const] : []),
  ];
}

/** A run may have waited for days between two workers. */
function within({ activeSeconds, elapsedSeconds }: Report["time"]): string {
  return elapsedSeconds > 1.1 * activeSeconds + 1 ? ` of work within ${seconds(elapsedSeconds)}` : "";
}

function describe({ mean, deviation, p50, p90, p95, max }: Statistics, show: (value: number) => string): string {
  return `mean ${show(mean)} ± ${show(deviation)}; half ${show(p50)}, 90% ${show(p90)}, 95% ${show(p95)}, all ${show(max)}`;
}

function costOf({ total, perDone, unpriced }: Report["cost"]): string {
  const each = perDone === undefined ? "" : `, ${perDone.toPrecision(2)} USD for each that is done`;
  const more = unpriced === 0 ? "" : `, without ${unpriced} workers that have no price`;
  return `${total.toFixed(2)} USD${each}${more}`;
}

function renderHosts({ hosts }: Report): string {
  const columns = [
    { title: "host" },
    { title: "type" },
    { title: "attempts", align: "right" as const },
    { title: "done", align: "right" as const },
    { title: "worked", align: "right" as const },
    { title: "USD", align: "right" as const },
  ];
  const rows = hosts.map(({ host, instanceType = "", attempts, done, workerSeconds, cost }) => [
    host,
    instanceType,
    count(attempts),
    count(done),
    seconds(workerSeconds),
    cost === undefined ? "–" : cost.toFixed(2),
  ]);
  return renderTable(columns, rows);
}

function renderErrors(io: Io, report: Report, flags: string, width: number | undefined): string {
  const columns = [{ title: "", align: "right" as const }, { title: "error", grows: true }, { title: "for example" }];
  const rows = report.errors.map(({ error, message, attempts, example }) => [
    paint(io, io.stdout, "red", `${count(attempts)}×`),
    `${error}: ${message}`,
    example.entryId,
  ]);
  return `${renderTable(columns, rows, width)}\n\n${advise(report, flags)}`;
}

/** What people do next who see errors. */
function advise({ run, entries, errors }: Report, flags: string): string {
  const [first] = errors;
  const rest = `${run.name}${flags}`;
  // Workers of a stage come by themselves.
  const work = flags === "" ? ` && npx cirrus bulk work ${rest}` : "";
  const advice = [
    ...(first === undefined
      ? []
      : [`What it wrote:   npx cirrus bulk logs ${run.name} ${first.example.entryId}${flags}`]),
    ...(entries.FAILED === 0
      ? []
      : [
          `All that failed: npx cirrus bulk entries ${run.name} --state failed${flags}`,
          `Try them again:  npx cirrus bulk retry ${rest}${work}`,
        ]),
  ];
  return advice.join("\n");
}

function seconds(value: number): string {
  if (value < 0.01) return `${Number((value * 1000).toFixed(1))} ms`;
  return value < 1 ? `${Math.round(value * 1000)} ms` : formatDuration(value * 1000);
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;
}
