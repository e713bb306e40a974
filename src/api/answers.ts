/** What is answered where something is wrong: a problem document whose status and words fit what was thrown. */
import type { Context, ErrorHandler, NotFoundHandler } from "hono";
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
  const problems = (result.error?.issues ?? []).map(({ path, message }) => ({
    parameter: path.map(String).join(".") || "body",
    message,
  }));
  return answer(context, {
    type: "bad-parameter",
    title: "That cannot be asked for",
    status: 400,
    detail: problems.map(({ parameter, message }) => `${parameter}: ${message}`).join("; "),
    problems,
  });
}

interface Issue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

export function problemOf(thrown: unknown): Problem {
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
    ...(thrown.hint !== undefined && { hint: thrown.hint }),
    ...(problems && { problems }),
  };
}

function kindOf(thrown: CirrusError): readonly [type: string, title: string, status: number] {
  if (thrown instanceof TransientError) return ["busy", "It cannot answer just now", 503];
  if (thrown instanceof InvalidInput) return ["bad-parameter", "That cannot be done", 400];
  return STATUS[thrown.exitCode] ?? ["internal", "Something went wrong here", 500];
}

export function answer(context: Context, problem: Problem): Response {
  return context.body(JSON.stringify(problem), problem.status as 400, { "Content-Type": "application/problem+json" });
}
