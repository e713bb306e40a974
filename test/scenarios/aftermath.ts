/** What a project's runs have left behind, read from its database, its logs, its jobs and the system's processes. */
import { existsSync, globSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect } from "vitest";
import { fingerprint } from "../../src/asl/random.ts";
import { NAMESPACE_URL, uuid5 } from "../../src/payload/payload-id.ts";

/** Each payload with how it ended; times and durations are left out. */
export function payloadsOf(root: string): readonly unknown[] {
  return query(root, "SELECT payload_id, workflow, state, attempt, error, cause FROM payloads ORDER BY payload_id");
}

/** The closing table's rows without what differs from run to run: the duration, and why a payload was not sent again. */
export function tableRows(stdout: string): readonly string[] {
  const lines = stdout.slice(0, stdout.indexOf("Published items")).split("\n");
  return lines
    .filter((line) => line.trim() !== "" && !line.trim().startsWith("skipped: "))
    .map((line) =>
      line
        .trim()
        .replace(/ {2,}\d+(\.\d+ s| min \d+ s| h \d+ min) {2,}/, "  ")
        .replace(/ {2,}/g, "  "),
    );
}

/** No payload, execution, message or effect waits for anything. */
export function expectNothingWaits(root: string): void {
  expect(
    query(root, "SELECT payload_id, state FROM payloads WHERE state IN ('WAITING', 'CLAIMED', 'PROCESSING')"),
  ).toEqual([]);
  expect(query(root, "SELECT payload_id FROM payloads WHERE effects_pending = 1")).toEqual([]);
  expect(query(root, "SELECT arn FROM executions WHERE status = 'RUNNING'")).toEqual([]);
  expect(query(root, "SELECT queue, id, reason FROM messages")).toEqual([]);
  expect(query(root, "SELECT queue, id, reason FROM dead_letters")).toEqual([]);
  expect(query(root, "SELECT code, reason FROM rejections")).toEqual([]);
}

/** When the last message becomes visible that a killed process had in hand; undefined where there is none. */
export function lastVisibleAt(root: string): number | undefined {
  return query<{ at: number | null }>(root, "SELECT max(visible_at) AS at FROM messages")[0]?.at ?? undefined;
}

interface EventRow {
  readonly arn: string;
  readonly path: string;
  readonly type: string;
  readonly at: string;
  readonly attempt: number;
}

/** Every attempt of every step has one end in the journal, and nothing was started again after its end. */
export function expectEachStepEndedOnce(root: string): void {
  const ends = query<EventRow>(
    root,
    `SELECT e.arn, h.path, h.type, h.at, json_extract(h.details, '$.attempt') AS attempt
     FROM execution_events h JOIN executions e ON e.seq = h.key / 32768
     WHERE h.type IN ('TaskSucceeded', 'TaskFailed', 'TaskTimedOut')`,
  );
  const tokens = new Map(ends.map((end) => [fingerprint([end.arn, 0, end.path, end.attempt]), end]));
  expect(tokens.size).toBe(ends.length);
  const requests = new Map([...tokens].map(([token, end]) => [uuid5(NAMESPACE_URL, token), end]));

  for (const log of globSync(join(root, ".cirrus/logs/aws/lambda/*/*.log"))) {
    const end = requests.get(basename(log, ".log"));
    const starts = readFileSync(log, "utf8").match(/^\S+(?= START RequestId)/gm) ?? [];
    expect(starts.filter((at) => end === undefined || at > end.at)).toEqual([]);
  }
  const jobs = join(root, ".cirrus/jobs");
  for (const id of existsSync(jobs) ? readdirSync(jobs) : []) {
    const attempts = readdirSync(join(jobs, id)).filter((name) => name.startsWith("attempt-"));
    const ended = JSON.parse(readFileSync(join(jobs, id, "ended.json"), "utf8")) as { Attempts: unknown[] };
    expect(requests.get(id)).toBeDefined();
    expect(ended.Attempts).toHaveLength(attempts.length);
  }
}

/** How often each job's command ran: its process says so once a run. */
export function jobLogLengths(root: string): readonly number[] {
  return globSync(join(root, ".cirrus/logs/aws/batch/job/*/default/*.log"))
    .map((path) => readFileSync(path, "utf8").split("\n").length)
    .sort();
}

/** Processes that know of the project's folder by their arguments, their environment or where they are. */
export function processesOf(root: string): readonly string[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((pid) => {
      const [command, environment] = ["cmdline", "environ"].map((file) => readQuietly(`/proc/${pid}/${file}`));
      return `${command} ${environment}`.includes(root) ? [`${pid}: ${command?.replaceAll("\0", " ")}`] : [];
    });
}

/** A process that was told to end needs a moment. */
export async function expectNoProcesses(root: string): Promise<void> {
  await expect.poll(() => processesOf(root)).toEqual([]);
}

export function query<Row>(root: string, sql: string): Row[] {
  const database = new DatabaseSync(join(root, ".cirrus/cirrus.db"), { readOnly: true });
  try {
    // The SQL next to it says what the rows are; null prototypes would not equal plain objects.
    return database
      .prepare(sql)
      .all()
      .map((row) => ({ ...row })) as Row[];
  } finally {
    database.close();
  }
}

/** A process may end between being listed and being read. */
function readQuietly(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
