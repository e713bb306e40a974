/** Workers as Batch jobs: one job for one worker, an array for several. */
import type { JobDetail, JobSummary } from "@aws-sdk/client-batch";
import type { PoolStatus } from "../../bulk/pool.ts";
import type { BatchPools } from "../services/batch-pools.ts";
import { slices } from "../state/table.ts";
import { poolNames, poolTags } from "./pool-names.ts";

/** Arrays have 2 to 10,000 children. */
const MOST_CHILDREN = 10_000;
/** DescribeJobs takes that many. */
const MOST_DESCRIBED = 100;

export interface WorkersOf {
  readonly stack: string;
  readonly run: string;
  /** When the pool was made, in milliseconds since 1970. Batch knows a job for days after its end: those of an earlier pool do not count. */
  readonly since: number;
}

/**
 * Batch makes a second job of a repeated call. A turn's jobs have names of their own, which are looked for first; that
 * leaves two callers at the very same moment, and then the environments' most processors are the limit, and what finds
 * no work ends.
 */
export async function startWorkers(
  batch: BatchPools,
  { stack, run, since }: WorkersOf,
  workers: number,
  turn: string,
): Promise<void> {
  const { base } = poolNames(stack, run);
  for (const [index, size] of arraySizes(workers).entries()) {
    const jobName = `${base}-${turn}-${index}`;
    const filters = [{ name: "JOB_NAME", values: [jobName] }];
    const { jobSummaryList = [] } = await batch.listJobs({ jobQueue: base, filters });
    if (jobSummaryList.some(({ createdAt = since }) => createdAt >= since)) continue;
    await batch.submitJob({
      jobName,
      jobQueue: base,
      jobDefinition: base,
      ...(size > 1 && { arrayProperties: { size } }),
      propagateTags: true,
      tags: poolTags(stack, run),
    });
  }
}

export function arraySizes(workers: number): readonly number[] {
  const full = Array.from({ length: Math.floor(workers / MOST_CHILDREN) }, () => MOST_CHILDREN);
  const rest = workers % MOST_CHILDREN;
  return rest === 0 ? full : [...full, rest];
}

export async function workerStatus(batch: BatchPools, { stack, run, since }: WorkersOf): Promise<PoolStatus> {
  const jobs = (await listWorkers(batch, stack, run)).filter(({ createdAt = since }) => createdAt >= since);
  const ended = jobs.filter(hasEnded);
  const open = await describe(
    batch,
    jobs.filter((job) => !hasEnded(job)),
  );
  const counts = {
    starting: 0,
    running: 0,
    ended: sum(ended.map(({ arrayProperties }) => arrayProperties?.size ?? 1)),
  };
  for (const job of open) {
    for (const [status, number] of Object.entries(statusesOf(job))) counts[phaseOf(status)] += number;
  }
  return { ...counts, reasons: [...new Set(await reasonsOf(batch, open))] };
}

/** So many children of an array are asked why they wait: Batch says it of the one whose turn it is. */
const ASKED_CHILDREN = 100;

async function reasonsOf(batch: BatchPools, open: readonly JobDetail[]): Promise<readonly string[]> {
  const own = open.filter(({ status }) => status !== "RUNNING").flatMap(({ statusReason }) => statusReason ?? []);
  const waiting = open.filter(({ arrayProperties }) => (arrayProperties?.statusSummary?.RUNNABLE ?? 0) > 0);
  const children = await Promise.all(
    waiting.map(({ jobId: arrayJobId }) =>
      batch.listJobs({ arrayJobId, jobStatus: "RUNNABLE", maxResults: ASKED_CHILDREN }),
    ),
  );
  const theirs = children.flatMap(({ jobSummaryList = [] }) => jobSummaryList);
  return [...own, ...theirs.flatMap(({ statusReason }) => statusReason ?? [])];
}

type Phase = "starting" | "running" | "ended";

function phaseOf(status: string): Phase {
  if (status === "SUCCEEDED" || status === "FAILED") return "ended";
  return status === "RUNNING" ? "running" : "starting";
}

/** Of an array, its children by status; there are none yet while it is being submitted. */
function statusesOf({ status = "SUBMITTED", arrayProperties }: JobDetail): Readonly<Record<string, number>> {
  if (arrayProperties?.size === undefined) return { [status]: 1 };
  const children = arrayProperties.statusSummary ?? {};
  return sum(Object.values(children)) === 0 ? { SUBMITTED: arrayProperties.size } : children;
}

/** Without the children of arrays, which are told of, and ended, with their parent. */
async function listWorkers(batch: BatchPools, stack: string, run: string): Promise<readonly JobSummary[]> {
  const { base } = poolNames(stack, run);
  const filters = [{ name: "JOB_NAME", values: [`${base}-*`] }];
  const jobs: JobSummary[] = [];
  let nextToken: string | undefined;
  do {
    const page = await batch.listJobs({ jobQueue: base, filters, ...(nextToken && { nextToken }) });
    jobs.push(...(page.jobSummaryList ?? []));
    nextToken = page.nextToken;
  } while (nextToken);
  return jobs;
}

async function describe(batch: BatchPools, summaries: readonly JobSummary[]): Promise<readonly JobDetail[]> {
  const ids = summaries.flatMap(({ jobId }) => jobId ?? []);
  const details: JobDetail[] = [];
  for (const slice of slices(ids, MOST_DESCRIBED)) {
    const { jobs = [] } = await batch.describeJobs({ jobs: [...slice] });
    details.push(...jobs);
  }
  return details;
}

/** Those that wait never start; those that run are told with SIGTERM, and give back what they hold. */
export async function endWorkers(batch: BatchPools, stack: string, run: string, reason: string): Promise<void> {
  for (const job of await listWorkers(batch, stack, run)) {
    if (job.jobId !== undefined && !hasEnded(job)) await batch.terminateJob({ jobId: job.jobId, reason });
  }
}

function hasEnded({ status }: JobSummary): boolean {
  return status === "SUCCEEDED" || status === "FAILED";
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
