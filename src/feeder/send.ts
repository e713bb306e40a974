/** Checks a feeder's payloads and sends them, in batches and not faster than they may come. */
import { type Clock, pauseMs } from "../clock.ts";
import { CirrusError, TransientError } from "../errors.ts";
import type { Intake, OutgoingMessage, SendOutcome } from "../events/intake.ts";
import { isJsonObject, type Json } from "../json.ts";
import { messageBody, type OversizeStore } from "../payload/message-body.ts";
import { type Payload, parsePayload } from "../payload/payload.ts";
import { explainProblems } from "../payload/problems.ts";

export interface SendPorts {
  readonly intake: Intake;
  /** For payloads that are too large for a message; without it they are sent as they are. */
  readonly oversized?: OversizeStore | undefined;
  readonly clock: Clock;
  readonly random: () => number;
  /** Of the message; no two are the same. */
  readonly uuid: () => string;
  /** Payloads a second, at most. */
  readonly rate?: number | undefined;
  readonly signal: AbortSignal;
}

export interface Sender {
  /** Takes a payload; every few of them are sent. */
  add(payload: Payload): Promise<void>;
  /** Everything that was taken is sent when it resolves. */
  flush(): Promise<void>;
  /** Payloads that were taken and are not sent yet. */
  waiting(): number;
}

/** SNS takes ten messages a call. */
const BATCH = 10;
const MOST_TRIES = 8;
const FIRST_WAIT_MS = 200;

export function makeSender(ports: SendPorts): Sender {
  const { clock, rate, signal } = ports;
  // With a rate below ten a second, payloads go one by one as their time comes.
  const batch = rate === undefined ? BATCH : Math.max(1, Math.min(BATCH, Math.floor(rate)));
  let waiting: Payload[] = [];
  let mayGoAt = clock.now();

  async function flush(): Promise<void> {
    if (waiting.length === 0) return;
    const now = clock.now();
    if (mayGoAt > now) await clock.sleep(mayGoAt - now, signal);
    await sendAll(waiting, ports);
    if (rate !== undefined) mayGoAt = Math.max(mayGoAt, now) + (waiting.length * 1000) / rate;
    waiting = [];
  }

  return {
    async add(payload) {
      waiting.push(payload);
      if (waiting.length >= batch) await flush();
    },
    flush,
    waiting: () => waiting.length,
  };
}

/** A payload that no workflow could take is the feeder's own error, told where it was made. */
export function checkPayload(feeder: string, value: Json): Payload {
  const parsed = parsePayload(value);
  // Where one that runs again came from, and why it does, is no part of the payload itself.
  if ("payload" in parsed) return { ...(isJsonObject(value) ? value : {}), ...parsed.payload };
  throw new CirrusError(`The feeder ${feeder} made no valid payload: ${explainProblems(parsed.problems)}`);
}

async function sendAll(payloads: readonly Payload[], ports: SendPorts): Promise<void> {
  const { oversized, intake, clock, random, signal } = ports;
  const messages = payloads.map(async (payload): Promise<OutgoingMessage> => {
    const body = oversized === undefined ? JSON.stringify(payload) : await messageBody(payload, oversized);
    return { id: ports.uuid(), body };
  });
  let left = await Promise.all(messages);
  const payloadIds = new Map(left.map(({ id }, index) => [id, payloads[index]?.id ?? id]));
  for (let tries = 1; ; tries++) {
    const failed = new Map((await intake.send(left)).filter(isFailure).map((outcome) => [outcome.id, outcome]));
    const [first] = failed.values();
    if (first === undefined) return;
    const permanent = [...failed.values()].find(({ transient }) => !transient) ?? first;
    const name = payloadIds.get(permanent.id) ?? permanent.id;
    if (!permanent.transient) throw new CirrusError(`Payload ${name} was refused: ${permanent.message}`);
    if (tries === MOST_TRIES) {
      throw new TransientError(`${failed.size} payloads were not sent, among them ${name}: ${first.message}`);
    }
    left = left.filter(({ id }) => failed.has(id));
    await clock.sleep(pauseMs(tries, FIRST_WAIT_MS, random()), signal);
  }
}

function isFailure(outcome: SendOutcome): outcome is SendOutcome & { readonly outcome: "failed" } {
  return outcome.outcome === "failed";
}
