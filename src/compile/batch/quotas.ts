/**
 * Whether a deployment fits into the account's quotas for Batch. What it drops makes room only at its end, so what it
 * adds has to fit beside everything that is there.
 */
import type { QuotaUse } from "../../aws/batch/quota-use.ts";
import { COMPUTE_ENVIRONMENT, entriesOf, JOB_QUEUE, type Template } from "./batch-revisions.ts";
import { formerOf } from "./former-batch.ts";

/** What AWS allows an account in a region until it is asked for more. */
export const QUOTAS: QuotaUse = { environments: 50, queues: 50 };

const WARN_FROM = 0.8;

export interface QuotaCheck {
  readonly refusals: readonly string[];
  readonly warnings: readonly string[];
}

const KINDS = [
  { key: "environments", type: COMPUTE_ENVIRONMENT, many: "compute environments" },
  { key: "queues", type: JOB_QUEUE, many: "job queues" },
] as const;

export function checkQuotas(
  template: Template,
  deployed: Template,
  used: QuotaUse,
  quotas: QuotaUse = QUOTAS,
): QuotaCheck {
  const refusals: string[] = [];
  const warnings: string[] = [];
  for (const { key, type, many } of KINDS) {
    const there = new Set(idsOf(deployed, type));
    const added = idsOf(template, type).filter((id) => !there.has(id));
    const after = used[key] + added.length;
    const share = `${used[key]} of ${quotas[key]} ${many} are in use in this account and region`;
    if (added.length > 0 && after > quotas[key]) {
      const free = Math.max(0, quotas[key] - used[key]);
      refusals.push(
        `${share}: ${free} free, and this deployment needs ${added.length} (${added.join(", ")}). ${makeRoom(template, type, many)}`,
      );
    } else if (after >= quotas[key] * WARN_FROM) {
      warnings.push(
        `${share}${added.length > 0 ? `, ${after} after this deployment` : ""}. ${makeRoom(template, type, many)}`,
      );
    }
  }
  return { refusals, warnings };
}

function makeRoom(template: Template, type: string, many: string): string {
  const former = formerOf(template).filter((one) => one.type === type);
  const own =
    former.length === 0
      ? `Remove ${many} that nothing needs, or let tasks share them`
      : `This stack keeps ${former.length} former (${former.map(({ logicalId }) => logicalId).join(", ")}): npx cirrus batch status shows what uses them, npx cirrus batch retire removes those that nothing does`;
  return `${own}. Where AWS has raised the quota, say so in cirrus.yml: custom.batch.Quotas.`;
}

function idsOf(template: Template, type: string): readonly string[] {
  return entriesOf(template.Resources)
    .filter(([, { Type }]) => Type === type)
    .map(([id]) => id);
}
