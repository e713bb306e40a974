/** Asks the API: answers are kept with their entity tags, so that asking again costs little. */
import type { ActionRequest, ActionView } from "../../../src/api/shapes/actions.ts";
import type { Problem } from "../../../src/api/shapes/problem.ts";
import { withQuery } from "../routes.ts";
import { noteAnswered, noteSignedOut, noteUnreachable } from "./connection.ts";
import { ProblemError, SIGNED_OUT, signedOut } from "./problem-error.ts";
import { authHeaders, forgetSession, renewToken } from "./session.ts";

export type Params = Readonly<Record<string, string | number | boolean | undefined>>;

export { ProblemError };

interface Kept {
  readonly etag: string;
  readonly body: unknown;
}

/** The newest answers, by address. More than this is rarely looked at twice. */
const MOST_KEPT = 200;
const kept = new Map<string, Kept>();

/** `changed`: false where the answer is the one of last time, the same object. */
export interface Got<T> {
  readonly body: T;
  readonly changed: boolean;
}

/** Throws a ProblemError where the API refuses or cannot be reached. */
export async function get<T>(path: string, params: Params = {}, signal?: AbortSignal): Promise<Got<T>> {
  const url = withQuery(path, params);
  const before = kept.get(url);
  const headers: Record<string, string> = before ? { "If-None-Match": before.etag } : {};
  const response = await send(url, { headers, cache: "no-store", ...(signal && { signal }) });
  // The shape is the API's promise, which its own tests hold.
  if (response.status === 304 && before) return { body: before.body as T, changed: false };
  const body = (await readJson(response)) as T;
  keep(url, response.headers.get("ETag"), body);
  return { body, changed: true };
}

/** An answer that is not kept to be compared with: a page of a long log is asked for once. */
export async function getOnce<T>(path: string, params: Params, signal: AbortSignal): Promise<T> {
  const response = await send(withQuery(path, params), { headers: {}, cache: "no-store", signal });
  // The shape is the API's promise, which its own tests hold.
  return (await readJson(response)) as T;
}

function keep(url: string, etag: string | null, body: unknown): void {
  kept.delete(url);
  if (etag === null) return;
  kept.set(url, { etag, body });
  const oldest = kept.keys().next();
  if (kept.size > MOST_KEPT && !oldest.done) kept.delete(oldest.value);
}

/** The answer that an address gave last, to be shown until the new one is there. */
export function lastAnswer<T>(path: string, params: Params = {}): T | undefined {
  return kept.get(withQuery(path, params))?.body as T | undefined;
}

export async function post<T>(path: string, body: unknown = {}): Promise<T> {
  const init = { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
  try {
    return (await readJson(await send(path, init))) as T;
  } catch (error) {
    const isRefused = error instanceof ProblemError && error.problem.status === 403;
    if (!isRefused || !(await renewToken())) throw error;
    // The server was started anew, and nothing of the first try was done.
    return (await readJson(await send(path, init))) as T;
  }
}

/** Begins an action. */
export function act(request: ActionRequest): Promise<ActionView> {
  return post<ActionView>("/v1/actions", request);
}

interface Init extends RequestInit {
  readonly headers: Record<string, string>;
}

async function send(url: string, init: Init): Promise<Response> {
  let response: Response;
  try {
    const headers = { ...init.headers, ...(await authHeaders(init.method ?? "GET")) };
    response = await fetch(url, { ...init, headers });
  } catch (error) {
    if (error instanceof ProblemError && error.problem.type === SIGNED_OUT) noteSignedOut();
    // A TypeError is how fetch says that nobody answers.
    if (init.signal?.aborted || !(error instanceof TypeError)) throw error;
    noteUnreachable();
    throw new ProblemError({
      type: "unreachable",
      title: "No connection",
      status: 0,
      detail: "Whoever serves this page does not answer.",
      hint: "Try again when the connection is back.",
    });
  }
  noteAnswered(response.status);
  if (response.status === 401 && (await forgetSession())) throw signedOut("The session has ended.");
  if (!response.ok && response.status !== 304) throw new ProblemError(await readProblem(response));
  return response;
}

async function readJson(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch {
    throw new ProblemError(strange(response, "It answered with something that is not JSON."));
  }
}

async function readProblem(response: Response): Promise<Problem> {
  if (!(response.headers.get("Content-Type") ?? "").includes("json")) {
    return strange(response, `It answered ${response.status} ${response.statusText}`.trimEnd().concat("."));
  }
  const body = (await response.json()) as Partial<Problem>;
  if (typeof body.detail === "string" && typeof body.title === "string") return body as Problem;
  return strange(response, `It answered ${response.status}.`);
}

/** Something between the page and the API answered in its place: a gateway, a proxy. */
function strange(response: Response, detail: string): Problem {
  return {
    type: "strange-answer",
    title: "An answer that cannot be read",
    status: response.status,
    detail,
    hint: "Try again; if it stays, look at what stands between this page and the API.",
  };
}
