/** What is answered where something is wrong: a problem document whose status and words fit what was thrown. */
import type { Context, ErrorHandler, NotFoundHandler } from "hono";
import { HTTPException } from "hono/http-exception";
import { CirrusError, EXIT, type ExitCode, InvalidInput, ProblemsError, TransientError } from "../errors.ts";
import type { ApiEnv } from "./app.ts";
import type { Problem } from "./shapes/problem.ts";

/** Says that there is none of something, with what to do next. */
export class NotFound extends CirrusError {
  constructor(message: string, hint?: string) {
    super(message, { hint, exitCode: EXIT.notFound });
  }
}

const STATUS: Readonly<Partial<Record<ExitCode, readonly [type: string, title: string, status: number]>>> = {
  [EXIT.usage]: ["bad-parameter", "That cannot be asked for", 400],
  [EXIT.credentials]: ["no-permission", "No permission", 403],
  [EXIT.notFound]: ["not-found", "There is no such thing", 404],
  [EXIT.conflict]: ["conflict", "That cannot be done now", 409],
  [EXIT.timeout]: ["busy", "It takes too long", 504],
};

export const answerProblem: ErrorHandler<ApiEnv> = (thrown, context) => answer(context, problemOf(thrown));

export const answerUnknown: NotFoundHandler<ApiEnv> = (context) =>
  answer(context, {
    type: "not-found",
    title: "There is no such thing",
    status: 404,
    detail: `There is no ${context.req.method} ${context.req.path}.`,
    hint: "GET /v1/openapi.json lists what there is.",
  });

/** Every parameter that is wrong, at once. */
export function refuseParameters(
  result: { readonly success: boolean; readonly error?: { readonly issues: readonly Issue[] } },
  context: Context,
): Response | undefined {
  if (result.success) return undefined;
  const issues = result.error?.issues ?? [];
  return answerParameters(
    context,
    issues.flatMap(({ path, message, keys = [] }) => {
      if (keys.length > 0)
        return keys.map((key) => ({ parameter: [...path, key].join("."), message: "Nobody knows it." }));
      return [{ parameter: path.map(String).join(".") || "body", message }];
    }),
  );
}

export function answerParameters(context: Context, problems: NonNullable<Problem["problems"]>): Response {
  return answer(context, {
    type: "bad-parameter",
    title: "That cannot be asked for",
    status: 400,
    detail: problems.map(({ parameter, message }) => `${parameter}: ${message}`).join("; "),
    problems: [...problems],
  });
}

interface Issue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
  /** Of `unrecognized_keys`. */
  readonly keys?: readonly string[];
}

export function problemOf(thrown: unknown): Problem {
  if (thrown instanceof HTTPException) return refusedByFramework(thrown);
  if (!(thrown instanceof CirrusError)) {
    return {
      type: "internal",
      title: "Something went wrong here",
      status: 500,
      // What it was stands in the log: it may say more than whoever asks should know.
      detail: "The request failed for a reason that nobody foresaw.",
      hint: "Try again; if it stays, look at the log of whoever serves this.",
    };
  }
  const [type, title, status] = kindOf(thrown);
  const problems =
    thrown instanceof ProblemsError
      ? thrown.problems.map(({ path, code, message }) => ({ parameter: path ?? code, message }))
      : undefined;
  return {
    type,
    title,
    status,
    detail: thrown.message,
    ...(thrown.hint !== undefined && { hint: asTyped(thrown.hint) }),
    ...(problems && { problems }),
  };
}

/** Whoever reads an answer of the API has no `cirrus` in the path, as the program itself may expect where it runs. */
function asTyped(hint: string): string {
  return hint.replace(/(^|[`(:,] ?)cirrus (?=[a-z])/g, "$1npx cirrus ");
}

function kindOf(thrown: CirrusError): readonly [type: string, title: string, status: number] {
  if (thrown instanceof TransientError) return ["busy", "It cannot answer just now", 503];
  if (thrown instanceof InvalidInput || thrown instanceof ProblemsError)
    return ["bad-parameter", "That cannot be done", 400];
  return STATUS[thrown.exitCode] ?? ["internal", "Something went wrong here", 500];
}

/** A body that is no JSON, before any route sees it. */
function refusedByFramework({ status, message }: HTTPException): Problem {
  const detail = message.endsWith(".") ? message : `${message}.`;
  return { type: "bad-parameter", title: "That cannot be asked for", status, detail };
}

export function answer(context: Context, problem: Problem): Response {
  const { status, headers } = problemResponse(problem);
  // Any status may have a body here: none of them is below 400.
  return context.body(JSON.stringify(problem), status as 400, Object.fromEntries(headers));
}

/** Where there is no request that it could belong to. */
export function problemResponse(problem: Problem): Response {
  const { status } = problem;
  const headers = { "Content-Type": "application/problem+json", "Cache-Control": "no-store" };
  // Seconds: a lock is held for milliseconds, and throttles fill up again every second.
  const wait = status === 503 ? { "Retry-After": "1" } : {};
  return new Response(JSON.stringify(problem), { status, headers: { ...headers, ...wait } });
}
