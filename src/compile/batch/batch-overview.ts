/** What a stack runs jobs in, current and former, what uses it, and whether it can be retired. */
import type { Uses } from "../../aws/batch/uses.ts";
import { COMPUTE_ENVIRONMENT, entriesOf, stemOf, type Template } from "./batch-revisions.ts";
import { BATCH_TYPES, environmentsOf, formerOf } from "./former-batch.ts";

export interface BatchPart {
  readonly logicalId: string;
  /** The name that people wrote, and what was added to it; of a role, the job definition whose jobs may have it. */
  readonly stem: string;
  readonly revision: string;
  readonly type: string;
  readonly former: boolean;
  /** Of an environment, the queues that send jobs to it, by logical ID. */
  readonly queues: readonly string[];
  /** By status; of an environment, those of its queues. */
  readonly jobs: Readonly<Record<string, number>>;
  readonly executions: number;
  readonly retirable: boolean;
  /** Why, or why not. */
  readonly reason: string;
}

export function overviewOf(deployed: Template, uses: Uses): readonly BatchPart[] {
  const former = new Map(formerOf(deployed).map((one) => [one.logicalId, one.stem]));
  const parts = entriesOf(deployed.Resources).filter(
    ([id, { Type }]) => former.has(id) || BATCH_TYPES.includes(String(Type)),
  );
  const queuesOf = (environment: string) =>
    parts.map(([id]) => id).filter((id) => id !== environment && environmentsOf(id, deployed).includes(environment));
  return parts.map(([logicalId, resource]): BatchPart => {
    const type = String(resource.Type);
    const stem = former.get(logicalId) ?? stemOf(logicalId, resource);
    const queues = type === COMPUTE_ENVIRONMENT ? queuesOf(logicalId) : [];
    const users = type === COMPUTE_ENVIRONMENT ? queues : BATCH_TYPES.includes(type) ? [logicalId] : [stem];
    const counted = users.flatMap((id) => uses.of.get(id) ?? []);
    const jobs = sum(counted.map((use) => use.jobs));
    const executions = Math.max(0, ...counted.map((use) => use.executions));
    const revision = logicalId.startsWith(stem) ? logicalId.slice(stem.length) : "";
    const isFormer = former.has(logicalId);
    const reason = reasonFor(isFormer, jobs, executions, uses.uncertain);
    return {
      logicalId,
      stem,
      revision,
      type,
      former: isFormer,
      queues,
      jobs,
      executions,
      retirable: reason === UNUSED,
      reason,
    };
  });
}

/** What may not be removed, for `keepFormerBatch`. */
export function inUseOf(overview: readonly BatchPart[]): ReadonlySet<string> {
  return new Set(overview.filter(({ retirable }) => !retirable).map(({ logicalId }) => logicalId));
}

export function countJobs(jobs: Readonly<Record<string, number>>): number {
  return Object.values(jobs).reduce((total, count) => total + count, 0);
}

const UNUSED = "nothing uses it";

function reasonFor(
  former: boolean,
  jobs: Readonly<Record<string, number>>,
  executions: number,
  uncertain: readonly string[],
) {
  if (!former) return "the project's current one";
  const count = countJobs(jobs);
  const users = [
    ...(count > 0 ? [`${count} ${count === 1 ? "job" : "jobs"} not ended`] : []),
    ...(executions > 0
      ? [`${executions} running ${executions === 1 ? "execution refers" : "executions refer"} to it`]
      : []),
  ];
  if (users.length > 0) return users.join(", ");
  return uncertain.length > 0 ? `not known: ${uncertain.join("; ")}` : UNUSED;
}

function sum(counts: readonly Readonly<Record<string, number | undefined>>[]): Record<string, number> {
  const total: Record<string, number> = {};
  for (const [status, count = 0] of counts.flatMap((one) => Object.entries(one))) {
    total[status] = (total[status] ?? 0) + count;
  }
  return total;
}
