/** What feeders read from the web: JSON, asked for again where it may help, and errors that say what came instead. */
import { type Clock, pauseMs } from "../../clock.ts";
import { TransientError } from "../../errors.ts";
import type { Json } from "../../json.ts";
import { type Log, silentLog } from "../../log.ts";
import { showUrl } from "../../task/assets/href.ts";
import { askOnce, type Fetch, type Limits } from "./ask-once.ts";

export interface JsonRequest {
  /** GET, or POST where there is a body, unless it is given. */
  readonly method?: "GET" | "POST" | undefined;
  readonly body?: Json | undefined;
  /** Sent to the URL's own origin alone, not along with redirects to another. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface Http {
  /** UnexpectedAnswer where the answer is no JSON or a refusal; TransientError where no try came through. */
  getJson(url: string, request?: JsonRequest): Promise<Json>;
}

export interface HttpPorts extends Partial<Limits> {
  readonly clock: Clock;
  /** From 0 to 1. */
  readonly random: () => number;
  readonly fetch?: Fetch;
  readonly log?: Log;
  /** Of the run. */
  readonly signal?: AbortSignal | undefined;
}

/** After 1, 2, 4 … and at most 60 seconds: about three minutes in all. */
const MOST_TRIES = 9;
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 60_000;
/** A server may ask for longer than that; a run that waits for hours is better begun again. */
const LONGEST_ASKED_MS = 15 * 60_000;

/** Whole collections of a page fit; a file that was taken for JSON does not. */
const DEFAULT_LIMITS: Limits = { maxBytes: 128 * 1024 * 1024, answerMs: 120_000 };

export function makeHttp(ports: HttpPorts): Http {
  const { clock, random, fetch = globalThis.fetch, log = silentLog, signal: whole } = ports;
  const limits = { ...DEFAULT_LIMITS, ...definedLimits(ports) };

  async function getJson(url: string, request: JsonRequest = {}): Promise<Json> {
    const signal = anySignal([whole, request.signal]);
    for (let tries = 1; ; tries++) {
      const answer = await askOnce(url, request, { fetch, clock, limits, signal });
      if (answer.outcome === "json") return answer.value;
      const { reason, retryAfterMs } = answer;
      if (tries === MOST_TRIES || (retryAfterMs ?? 0) > LONGEST_ASKED_MS)
        throw givenUp(url, tries, reason, retryAfterMs);
      const waitMs = retryAfterMs ?? pauseMs(tries, FIRST_WAIT_MS, random(), LONGEST_WAIT_MS);
      log.warn(`${reason}; asking again`, { url: showUrl(url), seconds: Math.round(waitMs / 100) / 10 });
      await clock.sleep(waitMs, signal);
    }
  }

  return { getJson };
}

function definedLimits({ maxBytes, answerMs }: HttpPorts): Partial<Limits> {
  return { ...(maxBytes === undefined ? {} : { maxBytes }), ...(answerMs === undefined ? {} : { answerMs }) };
}

function anySignal(signals: readonly (AbortSignal | undefined)[]): AbortSignal {
  return AbortSignal.any(signals.filter((signal) => signal !== undefined));
}

function givenUp(url: string, tries: number, reason: string, retryAfterMs: number | undefined): TransientError {
  const shown = showUrl(url);
  if (retryAfterMs !== undefined && retryAfterMs > LONGEST_ASKED_MS) {
    return new TransientError(`${shown}: ${reason}, and it asks to wait ${Math.round(retryAfterMs / 60_000)} minutes`, {
      hint: "Run the feeder again then: it goes on where it stopped.",
    });
  }
  return new TransientError(`${shown} gave no answer in ${tries} tries: ${reason}`, {
    hint: "Run the feeder again later: it goes on where it stopped.",
  });
}
