/** What still uses the queues and job definitions of a stack: jobs that have not ended, and executions that may submit more. */
import type { JobStatus } from "@aws-sdk/client-batch";
import type { BatchCalls } from "./connect.ts";
import type { StackResource } from "./deployed-stack.ts";

export interface Use {
  /** Jobs that have not ended, by status; for a job definition, those made from any of its revisions. */
  readonly jobs: Readonly<Partial<Record<JobStatus, number>>>;
  /** Running executions whose own definition names it. */
  readonly executions: number;
}

export interface Uses {
  /** By logical ID, of queues and job definitions. */
  readonly of: ReadonlyMap<string, Use>;
  /** Why there may be more uses than these; then nothing may be removed. */
  readonly uncertain: readonly string[];
}

const OPEN_STATUSES = ["SUBMITTED", "PENDING", "RUNNABLE", "STARTING", "RUNNING"] as const satisfies JobStatus[];

/** Pages of 100 jobs that are read of a queue and status: that many are in use whatever comes after. */
const JOB_PAGES = 20;
/** Pages of 1,000 executions of a state machine. */
const EXECUTION_PAGES = 20;
/** Definitions that are read of one state machine, at about one a second. */
const DESCRIPTIONS = 100;
/** "Within a few seconds" of an update, executions may start with the definition before it. */
const MARGIN_MS = 60_000;

const TYPES = {
  queue: "AWS::Batch::JobQueue",
  job: "AWS::Batch::JobDefinition",
  machine: "AWS::StepFunctions::StateMachine",
};

export async function readUses(calls: BatchCalls, resources: readonly StackResource[]): Promise<Uses> {
  const ofType = (type: string) => resources.filter((resource) => resource.type === type);
  const uncertain: string[] = [];
  const queues = new Map<string, Job[]>();
  for (const { logicalId, physicalId } of ofType(TYPES.queue)) {
    queues.set(logicalId, await openJobs(calls, physicalId, uncertain));
  }
  const running: Running[] = [];
  for (const machine of ofType(TYPES.machine)) running.push(...(await runningDefinitions(calls, machine, uncertain)));

  const all = [...queues.values()].flat();
  const uses = [...ofType(TYPES.queue), ...ofType(TYPES.job)].map(({ logicalId, type, physicalId }) => {
    const name = nameOf(physicalId);
    const jobs =
      type === TYPES.queue ? (queues.get(logicalId) ?? []) : all.filter((job) => nameOf(job.definition) === name);
    const naming = running.filter(({ definition }) => names(definition, name));
    const executions = naming.reduce((sum, one) => sum + one.executions, 0);
    return [logicalId, { jobs: countByStatus(jobs), executions }] as const;
  });
  return { of: new Map(uses), uncertain };
}

interface Job {
  readonly status: JobStatus;
  /** ARN with revision. */
  readonly definition: string;
}

async function openJobs(calls: BatchCalls, queue: string, uncertain: string[]): Promise<Job[]> {
  const found: Job[] = [];
  for (const status of OPEN_STATUSES) {
    let pages = 0;
    for await (const { jobSummaryList = [] } of calls.jobs(queue, status)) {
      found.push(...jobSummaryList.map(({ jobDefinition = "" }) => ({ status, definition: jobDefinition })));
      pages += 1;
      if (pages < JOB_PAGES) continue;
      uncertain.push(`${nameOf(queue)} holds ${pages * 100} jobs or more that are ${status}, and not all were read`);
      break;
    }
  }
  return found;
}

interface Running {
  readonly definition: string;
  readonly executions: number;
}

/**
 * The definitions that a state machine's running executions have, which are those it had when they started. One
 * description stands for every execution that started before it and after its definition was made; only close to an
 * update each is looked at, because either definition may have been taken.
 */
async function runningDefinitions(
  calls: BatchCalls,
  machine: StackResource,
  uncertain: string[],
): Promise<readonly Running[]> {
  const starts = await startsOf(calls, machine.physicalId, uncertain);
  const updates = [machine.updatedAt];
  const isNearUpdate = (at: number) => updates.some((update) => Math.abs(at - update) <= MARGIN_MS);
  const found: Running[] = [];
  let next = 0;
  for (let described = 0; next < starts.length; described += 1) {
    if (described === DESCRIPTIONS) {
      uncertain.push(`of ${nameOf(machine.physicalId)}, ${starts.length - next} running executions were not looked at`);
      break;
    }
    const { definition = "", updateDate } = await calls.definitionOf(starts[next]?.arn ?? "");
    const since = updateDate?.getTime() ?? Number.POSITIVE_INFINITY;
    updates.push(since);
    const first = next;
    const isAlike = ({ at }: { readonly at: number }) => at > since && !isNearUpdate(at);
    const other = starts.findIndex((one, index) => index > next && !isAlike(one));
    next = other < 0 ? starts.length : other;
    found.push({ definition, executions: next - first });
  }
  return found;
}

/** The running ones, the latest first. */
async function startsOf(calls: BatchCalls, machine: string, uncertain: string[]) {
  const starts: { arn: string; at: number }[] = [];
  let pages = 0;
  for await (const { executions = [] } of calls.running(machine)) {
    starts.push(
      ...executions.map(({ executionArn = "", startDate }) => ({ arn: executionArn, at: startDate?.getTime() ?? 0 })),
    );
    pages += 1;
    if (pages < EXECUTION_PAGES) continue;
    uncertain.push(`${nameOf(machine)} has ${starts.length} running executions or more, and not all were listed`);
    break;
  }
  return starts.toSorted((a, b) => b.at - a.at);
}

/** The last part of an ARN, without a job definition's revision. */
export function nameOf(arn: string): string {
  const last = arn.split("/").at(-1) ?? arn;
  return arn.includes(":job-definition/") ? last.replace(/:\d+$/, "") : (last.split(":").at(-1) ?? last);
}

/** As a name of its own: `warp` is not in `warp-2`. */
function names(definition: string, name: string): boolean {
  let at = definition.indexOf(name);
  while (at >= 0) {
    const [before = "", after = ""] = [definition[at - 1], definition[at + name.length]];
    if (!/[\w-]/.test(before) && !/[\w-]/.test(after)) return true;
    at = definition.indexOf(name, at + 1);
  }
  return false;
}

function countByStatus(jobs: readonly Job[]): Partial<Record<JobStatus, number>> {
  const counts: Partial<Record<JobStatus, number>> = {};
  for (const { status } of jobs) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}
