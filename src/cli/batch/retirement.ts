/** Which former Batch resources a person means to retire, and what would go with them; refuses those that are in use. */
import type { DeployedStack } from "../../aws/batch/deployed-stack.ts";
import type { Uses } from "../../aws/batch/uses.ts";
import { type BatchPart, overviewOf } from "../../compile/batch/batch-overview.ts";
import { JOB_QUEUE, type Template } from "../../compile/batch/batch-revisions.ts";
import { formerOf, removeFormer } from "../../compile/batch/former-batch.ts";
import { CirrusError, EXIT } from "../../errors.ts";
import { suggest } from "../../nearest.ts";

export interface Retirement {
  /** Everything of Batch that leaves the stack. */
  readonly parts: readonly BatchPart[];
  /** The queues among them. */
  readonly queues: readonly { readonly logicalId: string; readonly physicalId: string }[];
  /** The stack's template without them. */
  readonly template: Template;
}

/** `names` are logical IDs or the names that people wrote; none means all that nothing uses. */
export function planRetirement(stack: DeployedStack, uses: Uses, names: readonly string[]): Retirement {
  const overview = overviewOf(stack.template, uses);
  const wanted = names.length === 0 ? overview.filter(({ retirable }) => retirable) : named(overview, names);
  const ids = new Set(wanted.map(({ logicalId }) => logicalId));
  return retire(stack, overview, ids);
}

/** The same without what came into use meanwhile. */
export function narrowRetirement(stack: DeployedStack, uses: Uses, planned: Retirement): Retirement {
  const overview = overviewOf(stack.template, uses);
  const retirable = new Set(overview.filter((part) => part.retirable).map(({ logicalId }) => logicalId));
  const ids = planned.parts.map(({ logicalId }) => logicalId).filter((id) => retirable.has(id));
  return retire(stack, overview, new Set(ids));
}

function retire(stack: DeployedStack, overview: readonly BatchPart[], ids: ReadonlySet<string>): Retirement {
  const template = removeFormer(stack.template, ids);
  const staying = new Set(formerOf(template).map(({ logicalId }) => logicalId));
  const parts = overview.filter(({ former, logicalId }) => former && !staying.has(logicalId));
  const queueIds = parts.filter(({ type }) => type === JOB_QUEUE).map(({ logicalId }) => logicalId);
  return { parts, queues: stack.resources.filter(({ logicalId }) => queueIds.includes(logicalId)), template };
}

function named(overview: readonly BatchPart[], names: readonly string[]): readonly BatchPart[] {
  const found = names.flatMap((name) => {
    const matching = overview.filter(({ logicalId, stem }) => logicalId === name || stem === name);
    if (matching.length === 0) {
      throw new CirrusError(`There is nothing called ${name} that runs jobs in this stage.`, {
        hint:
          suggest(
            name,
            overview.filter(({ former }) => former).map(({ logicalId }) => logicalId),
          ) ?? "See: npx cirrus batch status",
        exitCode: EXIT.notFound,
      });
    }
    const former = matching.filter((part) => part.former);
    if (former.length === 0) {
      throw new CirrusError(`${name} is what the project runs jobs in now; only what is former can be retired.`, {
        hint: "Remove it from the project and deploy; then it is former.",
        exitCode: EXIT.conflict,
      });
    }
    // An environment goes only with the queues that send jobs to it.
    return former.flatMap((part) => [part, ...overview.filter(({ logicalId }) => part.queues.includes(logicalId))]);
  });
  const used = found.filter(({ retirable }) => !retirable);
  if (used.length > 0) {
    const reasons = [...new Set(used.map(({ logicalId, reason }) => `${logicalId}: ${reason}`))];
    throw new CirrusError(`Not retired, because it is in use. ${reasons.join(". ")}.`, {
      hint: "Wait until its jobs and executions have ended, and try again.",
      exitCode: EXIT.conflict,
    });
  }
  return found;
}
