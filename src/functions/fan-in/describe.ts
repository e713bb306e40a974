/** For people: which members of a fan-in are here, which are missing, and until when it waits. */
import type { PayloadRecord } from "../../state/state-store.ts";
import type { State } from "../../state/states.ts";
import { commandToMend, type LookPorts, lookAt, lookForOutputs } from "./look.ts";
import { readMembers } from "./members.ts";
import { readRequest } from "./park.ts";

export interface Awaited {
  /** Of how many so many are there. */
  readonly needs: number;
  readonly here: number;
  /** The awaited ones in the order of their list, then those that came without being named. Of many the first. */
  readonly members: readonly AwaitedMember[];
  /** That have arrived beyond those. */
  readonly more: boolean;
  /** While it waits: when its time is over, and what happens then. */
  readonly until?: string | undefined;
  readonly onTimeout: "fail" | "run";
  readonly group?: string | undefined;
}

export interface AwaitedMember {
  readonly id: string;
  readonly isHere: boolean;
  /** Of a payload that is awaited by its ID. */
  readonly state?: State | "none" | undefined;
  /** Of one that has SUCCEEDED and is not here all the same: why its items are not to be had. */
  readonly lack?: string | undefined;
  /** The command that makes them anew. */
  readonly mend?: string | undefined;
  /** When it came, where it carries the chain's entry. */
  readonly arrived?: string | undefined;
}

/** Runs by what is there now, or would if it were run again. */
const NEEDS_OUTPUTS: ReadonlySet<State> = new Set(["WAITING", "FAILED", "ABORTED"]);

/** A page shows no more. */
const MOST_MEMBERS = 200;

/** Undefined where the payload never awaited anything. `flags`: the options that lead a command to this place. */
export async function describeAwaited(
  { payloadId, state, waitsUntil }: PayloadRecord,
  ports: LookPorts,
  flags: string,
): Promise<Awaited | undefined> {
  const payload = await readRequest(payloadId, ports);
  if (payload === undefined) return undefined;
  const looking = lookAt(payload, ports).then((found) =>
    NEEDS_OUTPUTS.has(state) ? lookForOutputs(found, ports) : found,
  );
  const [look, arrived] = await Promise.all([looking, readMembers(payloadId, ports, MOST_MEMBERS + 1)]);
  const { payloads, group, on_timeout: onTimeout = "fail" } = payload.process[0].await ?? {};
  const came = new Map(arrived.map((member) => [member.id, member.arrived]));
  const missing = new Map(look.missing.map((one) => [one.payloadId, one]));
  const named = [...new Set(payloads)].map((id): AwaitedMember => {
    const { state: known = "SUCCEEDED", lack } = missing.get(id) ?? {};
    const mend = lack === undefined ? undefined : commandToMend(id, flags);
    return { id, isHere: !missing.has(id), state: known, lack, mend, arrived: came.get(id) };
  });
  const others = arrived.flatMap(({ id, arrived: at }): AwaitedMember[] =>
    // A payload that brings nothing speaks for itself.
    payloads?.includes(id) || id === payloadId ? [] : [{ id, isHere: true, arrived: at }],
  );
  const members = [...named, ...others];
  return {
    needs: look.needs,
    here: look.here,
    members: members.slice(0, MOST_MEMBERS),
    more: members.length > MOST_MEMBERS,
    until: state === "WAITING" ? waitsUntil : undefined,
    onTimeout,
    group,
  };
}
