/** One claim for every payload of a batch, however many of its messages ask for it. */
import { TransientError } from "../../errors.ts";
import type { FunctionPorts } from "../ports.ts";
import { type Admitted, retryReason } from "./admit.ts";
import { type Claim, claimAll } from "./claim.ts";
import { claimFanIn } from "./claim-fan-in.ts";

export interface ClaimsAndDuplicates {
  readonly claims: readonly Claim[];
  /** Another message of the batch spoke for the same payload. */
  readonly duplicates: readonly Admitted[];
}

/**
 * The first message that sets `replace` speaks for its payload, else the first. Where that message has had its run
 * already, the next one is heard: someone wants the payload to run once more.
 */
export async function claimOnce(admitted: readonly Admitted[], ports: FunctionPorts): Promise<ClaimsAndDuplicates> {
  const groups = Map.groupBy(admitted, ({ payload }) => payload.id);
  const claims: Claim[] = [];
  const duplicates: Admitted[] = [];
  let heard = [...groups.values()].flatMap((group) => headOf(group.toSorted(byReplace)));
  while (heard.length > 0) {
    const made = await claimEach(
      heard.map(({ first }) => first),
      ports,
    );
    claims.push(...made);
    const repeats = new Set(made.filter((claim) => claim.outcome === "skipped" && claim.repeat).map(speaker));
    duplicates.push(...heard.filter(({ first }) => !repeats.has(first)).flatMap(({ others }) => others));
    heard = heard.filter(({ first }) => repeats.has(first)).flatMap(({ others }) => headOf(others));
  }
  return { claims, duplicates };
}

function headOf([first, ...others]: readonly Admitted[]): { first: Admitted; others: readonly Admitted[] }[] {
  return first === undefined ? [] : [{ first, others }];
}

function byReplace(a: Admitted, b: Admitted): number {
  return Number(replaces(b)) - Number(replaces(a));
}

function replaces({ payload }: Admitted): boolean {
  return payload.process[0].replace === true;
}

function speaker({ admitted }: Claim): Admitted {
  return admitted;
}

async function claimEach(admitted: readonly Admitted[], ports: FunctionPorts): Promise<readonly Claim[]> {
  const fanIns = admitted.filter(awaits);
  const others = admitted.filter((one) => !awaits(one));
  const [claims, ...more] = await Promise.all([
    others.length === 0 ? [] : claimOrRetry(others, ports),
    ...fanIns.map(async (one): Promise<Claim> => {
      try {
        return await claimFanIn(one, ports);
      } catch (thrown) {
        return { outcome: "retry", admitted: one, reason: retryReason(thrown) };
      }
    }),
  ]);
  return [...claims, ...more];
}

export function awaits({ payload }: Admitted): boolean {
  return payload.process[0].await !== undefined;
}

/** Claims that were written before the store failed are found CLAIMED when they are made, or their messages come, again. */
async function claimOrRetry(admitted: readonly Admitted[], ports: FunctionPorts): Promise<readonly Claim[]> {
  try {
    return await claimAll(admitted, ports);
  } catch (thrown) {
    // One that the store never takes must not send its neighbours to the dead letters with it.
    if (admitted.length > 1 && !(thrown instanceof TransientError)) {
      return (await Promise.all(admitted.map((one) => claimOrRetry([one], ports)))).flat();
    }
    const reason = retryReason(thrown);
    return admitted.map((one) => ({ outcome: "retry", admitted: one, reason }));
  }
}
