/**
 * One run of a feeder: pulls payloads, sends them, and keeps how far it is. What is sent twice because a run was cut off
 * between two positions is harmless: the second of two equal payloads is skipped.
 */
import type { StandardSchemaV1 } from "@standard-schema/spec";
import { CirrusError } from "../errors.ts";
import { isJsonObject, type Json } from "../json.ts";
import { spellOut } from "../task/errors.ts";
import { checkParameters } from "../task/parameters.ts";
import type { FeederDefinition } from "./define-feeder.ts";
import { withGiven } from "./given-parameters.ts";
import { makeHttp } from "./http/http.ts";
import { makePublicFetch } from "./http/public-fetch.ts";
import { type FeederContext, type FullFeederPorts, portsOf } from "./ports.ts";
import { isPosition, type Position, positionOf } from "./position.ts";
import { nameRun, type Reached, type RunName } from "./positions.ts";
import { type Left, makeProgress } from "./progress.ts";
import { checkPayload, makeSender } from "./send.ts";
import { makeTimeLimit, OutOfTime, type TimeLimit } from "./time-limit.ts";

export interface FeedResult {
  /** Payloads that were found and sent, in all runs that went on from one another. */
  readonly found: number;
  /** The time was over: another run goes on. */
  readonly continues?: true;
}

interface Feeding<S extends StandardSchemaV1> {
  readonly definition: FeederDefinition<S>;
  readonly event: unknown;
  readonly parameters: StandardSchemaV1.InferOutput<S>;
  readonly ports: FullFeederPorts;
  readonly name: RunName;
  readonly from: Reached | undefined;
  readonly time: TimeLimit;
}

export async function feed<S extends StandardSchemaV1>(
  definition: FeederDefinition<S>,
  event: unknown,
  context: FeederContext,
  early: AbortSignal,
): Promise<FeedResult> {
  const ports = portsOf(context);
  const time = makeTimeLimit(context, ports.clock, [early, ports.signal]);
  try {
    const parameters = await checkParameters(definition.parameters, withGiven(event, ports.parameters), []);
    const name = nameRun(definition.name, parameters);
    const from = await ports.positions?.read(name);
    return await pullAll({ definition, event, parameters, ports, name, from, time });
  } catch (thrown) {
    throw spellOut(thrown);
  } finally {
    time.stop();
  }
}

async function pullAll<S extends StandardSchemaV1>(feeding: Feeding<S>): Promise<FeedResult> {
  const { definition, parameters, ports, name, from, time } = feeding;
  const { rate, limit = Number.POSITIVE_INFINITY } = settingsOf(parameters);
  const { log, objects, state, clock, random, fetch, positions } = ports;
  const http = makeHttp({ clock, random, fetch: makePublicFetch(parameters, fetch), log, signal: time.signal });
  const sender = makeSender({ ...ports, rate, signal: time.signal });
  const progress = makeProgress({ positions, name, from, run: ports.uuid() });
  const { signal, remaining } = time;
  const pulled = definition
    .run({ parameters, log, signal, remaining, objects, state, position: from?.position, http, clock })
    [Symbol.asyncIterator]();
  try {
    while (progress.found() < limit) {
      const next = await time.race(pulled.next()).catch(async (thrown) => {
        // What it had found before it failed is as good as ever.
        if (!signal.aborted) await sender.flush();
        throw thrown;
      });
      if (next.done) break;
      if (isPosition(next.value)) {
        await sender.flush();
        await progress.tell(positionOf(next.value));
        continue;
      }
      const payload = checkPayload(definition.name, next.value);
      if (progress.take(payload)) await sender.add(payload);
    }
    await sender.flush();
  } catch (thrown) {
    leave(pulled);
    if (!(signal.reason instanceof OutOfTime)) throw thrown;
    return goOn(feeding, isDelivery(feeding.event) ? { outcome: "stuck" } : await progress.leave(sender.waiting()));
  }
  leave(pulled);
  await progress.end();
  return { found: progress.found() };
}

/** A generator that hangs is not waited for; what it throws on its way out concerns nobody any more. */
function leave(pulled: AsyncIterator<Json | Position>): void {
  pulled.return?.().catch(() => {});
}

/** Messages of a queue come again where they were not done, and are told apart when they never are: nobody else takes them over. */
function isDelivery(event: unknown): boolean {
  return isJsonObject(event) && Array.isArray(event.Records);
}

/** Hands the rest over to a run of its own. */
async function goOn<S extends StandardSchemaV1>(
  { definition, event, ports }: Feeding<S>,
  left: Left,
): Promise<FeedResult> {
  const feeder = definition.name;
  // The same again would take as long, and end here again.
  if (left.outcome === "stuck" || ports.again === undefined) {
    throw new CirrusError(`The time of the feeder ${feeder} was over before it had come any further.`, {
      hint: "Raise lambda.timeout in its definition.yml, or let it yield at(position) more often.",
    });
  }
  const { found } = left;
  if (left.outcome === "others") {
    ports.log.info("the time is nearly over: a run with the same parameters is under way and goes on", {
      feeder,
      found,
    });
    return { found };
  }
  await ports.again(event);
  ports.log.info("the time is nearly over: another run goes on", { feeder, found });
  return { found, continues: true };
}

/** What `feederParameters` names; a feeder that has not got them keeps no limits. */
function settingsOf(parameters: unknown): { readonly rate?: number; readonly limit?: number } {
  if (!isJsonObject(parameters)) return {};
  const { rate, limit } = parameters;
  return { ...(typeof rate === "number" ? { rate } : {}), ...(typeof limit === "number" ? { limit } : {}) };
}
