/** One try of a request for JSON: the value, why another try may help, or an error that says what came instead. */
import type { Clock } from "../../clock.ts";
import { describeError } from "../../errors.ts";
import type { Json } from "../../json.ts";
import { showUrl } from "../../task/assets/href.ts";
import { retryAfterMs } from "../../task/retry-after.ts";
import type { JsonRequest } from "./http.ts";
import { AnswerTooLarge, readText } from "./read-text.ts";
import { followRedirects } from "./redirects.ts";
import { refusal, tooLarge, UnexpectedAnswer, unreachable, whatCame } from "./unexpected-answer.ts";

export interface Limits {
  /** Of an answer. */
  readonly maxBytes: number;
  /** From the request to the last byte of its answer. */
  readonly answerMs: number;
}

/** As much of fetch as is asked for here. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

export interface AskPorts {
  readonly fetch: Fetch;
  readonly clock: Clock;
  readonly limits: Limits;
  readonly signal: AbortSignal;
}

export type Answer =
  | { readonly outcome: "json"; readonly value: Json }
  | { readonly outcome: "again"; readonly reason: string; readonly retryAfterMs?: number | undefined };

/** What servers answer that have too much to do, or are being restarted. */
const PASSING = new Set([408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524, 529]);

export async function askOnce(url: string, request: JsonRequest, ports: AskPorts): Promise<Answer> {
  const { clock, limits, signal } = ports;
  const late = new AbortController();
  const answered = new AbortController();
  clock.sleep(limits.answerMs, answered.signal).then(
    () => late.abort(new Error(`no whole answer came within ${limits.answerMs / 1000} s`)),
    () => {},
  );
  try {
    return await ask(url, request, { ...ports, signal: AbortSignal.any([signal, late.signal]) });
  } catch (thrown) {
    signal.throwIfAborted();
    if (thrown instanceof UnexpectedAnswer) throw thrown;
    if (thrown instanceof AnswerTooLarge) throw tooLarge(url, limits.maxBytes);
    if (late.signal.aborted) return { outcome: "again", reason: describeError(late.signal.reason).cause };
    const permanent = unreachable(url, thrown);
    if (permanent !== undefined) throw permanent;
    return { outcome: "again", reason: reasonOf(thrown) };
  } finally {
    answered.abort();
  }
}

async function ask(url: string, request: JsonRequest, ports: AskPorts): Promise<Answer> {
  const response = await followRedirects(url, request, ports);
  const { status } = response;
  const text = await readText(response, ports.limits.maxBytes);
  if (PASSING.has(status)) {
    const { headers, statusText } = response;
    const waitMs = retryAfterMs(headers.get("retry-after"), headers.get("date"), ports.clock.now());
    return { outcome: "again", reason: `it answered ${status} ${statusText}`.trim(), retryAfterMs: waitMs };
  }
  if (status < 200 || status >= 300) throw refusal(url, response, text);
  try {
    return { outcome: "json", value: JSON.parse(text) as Json };
  } catch (cause) {
    const came = whatCame(response, text);
    if (came.passing) return { outcome: "again", reason: came.what };
    throw new UnexpectedAnswer(`${showUrl(url)}: ${came.what}`, { hint: came.hint, status, cause });
  }
}

/** fetch says "fetch failed"; why is in the cause. */
function reasonOf(thrown: unknown): string {
  const cause = thrown instanceof Error ? thrown.cause : undefined;
  return `the connection was lost (${describeError(cause ?? thrown).cause})`;
}
