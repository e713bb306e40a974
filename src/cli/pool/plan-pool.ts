/** Plans a pool from what a provider offers now; refuses, with every reason, what cannot be planned. */
import { EXIT, ProblemsError } from "../../errors.ts";
import type { PoolConstraints } from "../../pool/plan/constraints.ts";
import { planPool, type RankedPlan } from "../../pool/plan/plan.ts";
import { bootDiskOf, type PoolWork } from "../../pool/plan/work.ts";
import { type OpenCatalogue, sayOrigin } from "../catalog/open-catalogue.ts";
import type { Io } from "../terminal/io.ts";

export interface PlanRequest {
  readonly constraints: PoolConstraints;
  readonly work: PoolWork;
  /** Only this one of the region's. */
  readonly zone?: string | undefined;
}

/** Best first, at least one. */
export async function planFromOffers(
  io: Io,
  opened: OpenCatalogue,
  { constraints, work, zone }: PlanRequest,
): Promise<readonly [RankedPlan, ...RankedPlan[]]> {
  const { catalogue, region } = opened;
  const bootDisk = bootDiskOf(constraints);
  const offers = await catalogue.list({ region, zone, bootDiskGB: bootDisk.totalGB, bootDisk });
  await sayOrigin(io, opened);
  const planned = planPool(offers, constraints, work);
  if (planned.outcome === "planned") {
    const [best, ...others] = planned.plans;
    if (best !== undefined) return [best, ...others];
  }
  const reasons = planned.outcome === "impossible" ? planned.reasons : [];
  throw new ProblemsError(
    `None of the ${offers.length} offers in ${zone ?? region} makes a pool for this; nothing was started:`,
    reasons.map(({ message }) => ({ code: "impossible-pool", message })),
    { hint: "Loosen one of these, or see what there is: npx cirrus catalog instance-types", exitCode: EXIT.config },
  );
}
