/** Everything that is known of one payload: its transitions, its executions, and what becomes of the next message. */

import { type Awaited, describeAwaited } from "../../functions/fan-in/describe.ts";
import type { PayloadRecord, Transition } from "../../state/state-store.ts";
import { hasEnded } from "../../state/states.ts";
import { NotFound } from "../answers.ts";
import { defined } from "../defined.ts";
import type { ApiPorts, ApiSettings } from "../ports.ts";
import type { Attempt, PayloadView } from "../shapes/payloads.ts";
import { explain } from "./explanation.ts";
import { payloadRow } from "./payload-row.ts";

/** Of a payload that was run thousands of times the latest are shown. */
const MOST_TRANSITIONS = 2_000;
const MOST_ATTEMPTS = 50;

export async function lookAtPayload(id: string, ports: ApiPorts, settings: ApiSettings): Promise<PayloadView> {
  const record = await requireRecord(id, ports, settings);
  const [transitions, explanation] = await Promise.all([transitionsOf(id, ports), explain(record, ports)]);
  const hasWaited = transitions.some(({ to }) => to === "WAITING");
  const awaited = hasWaited ? await describeAwaited(record, ports.functions, settings.flags) : undefined;
  const attempts = attemptsOf(transitions).slice(-MOST_ATTEMPTS);
  return {
    ...payloadRow(record),
    itemIds: record.itemids,
    version: record.version,
    outputs: [...record.outputs],
    inputUrl: record.inputUrl,
    ...(record.outputUrl !== undefined && { outputUrl: record.outputUrl }),
    ancestors: [...record.lineage.ancestors],
    effectsPending: record.effectsPending,
    transitions: transitions.map(({ payloadId: _, ...transition }) => transition),
    attempts: await Promise.all(attempts.map((attempt) => withDocuments(attempt, record, ports))),
    ...(awaited && { awaited: awaitedView(awaited) }),
    explanation,
  };
}

export async function requireRecord(
  id: string,
  { functions }: Pick<ApiPorts, "functions">,
  { place, flags }: ApiSettings,
): Promise<PayloadRecord> {
  const [record] = await functions.state.get([id]);
  if (record !== undefined) return record;
  const shown = id.length > 200 ? `${id.slice(0, 200)}…` : id;
  throw new NotFound(`There is no payload ${shown} ${place}.`, `List them: npx cirrus payload list${flags}`);
}

/** Oldest first. */
async function transitionsOf(id: string, { functions }: ApiPorts): Promise<readonly Transition[]> {
  const found: Transition[] = [];
  let cursor: string | undefined;
  do {
    const page = await functions.state.history(id, { limit: 1000, ...(cursor !== undefined && { cursor }) });
    found.push(...page.items);
    cursor = page.next;
  } while (cursor !== undefined);
  return found.slice(-MOST_TRANSITIONS);
}

type Known = Omit<Attempt, "input" | "output">;

function awaitedView({ members, ...awaited }: Awaited): NonNullable<PayloadView["awaited"]> {
  return { ...defined(awaited), members: members.map((member) => defined(member)) };
}

/** One for each execution that was planned. A redriven one is the same still. */
function attemptsOf(transitions: readonly Transition[]): readonly Known[] {
  const attempts = new Map<string, Known>();
  for (const { execution, attempt, from, to: state, at } of transitions) {
    // What waits has no execution; the one that is to come counts once it is claimed.
    if (state === "WAITING") attempts.delete(execution);
    if (state === "WAITING" || (from === "WAITING" && hasEnded(state))) continue;
    const known = attempts.get(execution) ?? { attempt, execution, claimedAt: at, state };
    const { endedAt: _, ...before } = known;
    if (state === "PROCESSING") attempts.set(execution, { ...before, startedAt: known.startedAt ?? at, state });
    else attempts.set(execution, { ...before, state, ...(hasEnded(state) && { endedAt: at }) });
  }
  return [...attempts.values()];
}

/** Objects have a lifetime: what was there once may be gone. */
async function withDocuments(known: Known, record: PayloadRecord, ports: ApiPorts): Promise<Attempt> {
  const { input, output } = documentUrls(record, known.execution, ports);
  const { objects } = ports.functions;
  const [hasInput, hasOutput] = await Promise.all([
    objects.head(input),
    hasEnded(known.state) ? objects.head(output) : undefined,
  ]);
  return { ...known, input: hasInput !== undefined, output: hasOutput !== undefined };
}

export function documentUrls({ payloadId }: PayloadRecord, execution: string, { functions }: ApiPorts) {
  const { urls } = functions.payloads;
  return { input: urls.input(payloadId, execution), output: urls.output(payloadId, execution) };
}
