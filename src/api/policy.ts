/** What holds for every route alike: what may be asked, how large it may be, and how answers are kept and refused. */
import type { Context, MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import { cors } from "hono/cors";
import { etag } from "hono/etag";
import { methodNotAllowed } from "hono/method-not-allowed";
import { CirrusError, describeError } from "../errors.ts";
import type { Log } from "../log.ts";
import { answer, answerProblem, answerUnknown } from "./answers.ts";
import type { Api, ApiEnv } from "./app.ts";
import type { ApiSettings } from "./ports.ts";
import { refuseUnknownParameters } from "./strict-query.ts";

/** As many bytes as a request may hold: a payload for `publish` is the largest there is. */
const MOST_BYTES = 1_000_000;

/** Before any route is added. */
export function addPolicy(api: Api, log: Log, { corsOrigins }: Pick<ApiSettings, "corsOrigins">): void {
  api.onError((thrown, context) => {
    logUnforeseen(log, thrown, context);
    return answerProblem(thrown, context);
  });
  api.notFound(answerUnknown);
  if (corsOrigins.length > 0) {
    api.use(cors({ origin: [...corsOrigins], allowMethods: ["GET", "HEAD", "POST"], exposeHeaders: ["ETag"] }));
  }
  api.use(methodNotAllowed({ app: api, onMethodNotAllowed: answerMethod }));
  api.use(askAgain);
  // Weak: the same answer is sent compressed or not.
  api.use(etag({ weak: true }));
  api.use(bodyLimit({ maxSize: MOST_BYTES, onError: answerTooLarge }));
  api.use(takeOnlyJson);
  api.use(refuseUnknownParameters(api));
}

/** Answers may be kept, and are asked for again each time with their entity tag. Not by caches that several people share. */
const askAgain: MiddlewareHandler<ApiEnv> = async (context, next) => {
  await next();
  if (!context.res.headers.has("Cache-Control")) context.res.headers.set("Cache-Control", "private, no-cache");
};

/** A page of another site can send forms and texts without asking first, and JSON only where it is allowed to. */
const takeOnlyJson: MiddlewareHandler<ApiEnv> = async (context, next) => {
  const { method, raw } = context.req;
  const given = raw.headers.get("Content-Type");
  const hasBody = raw.body !== null && raw.headers.get("Content-Length") !== "0";
  if (method !== "POST" || !hasBody || /^application\/json\s*(?:;|$)/i.test(given ?? "")) return next();
  return answer(context, {
    type: "unsupported-type",
    title: "That cannot be read",
    status: 415,
    detail: `A request's body is JSON, not ${given?.slice(0, 80) ?? "of no type"}.`,
    hint: "Send it with Content-Type: application/json.",
  });
};

function answerTooLarge(context: Context): Response {
  return answer(context, {
    type: "too-large",
    title: "That is too large",
    status: 413,
    detail: `A request may hold ${MOST_BYTES / 1000} kB.`,
    hint: "Send several, or a payload as {url} of an object that holds it.",
  });
}

function answerMethod(context: Context, methods: readonly string[]): Response {
  const allow = [...methods, "OPTIONS"].join(", ");
  if (context.req.method === "OPTIONS") return new Response(null, { status: 204, headers: { Allow: allow } });
  const refused = answer(context, {
    type: "bad-method",
    title: "That cannot be done",
    status: 405,
    detail: `${context.req.path} cannot be asked with ${context.req.method}.`,
    hint: `It knows: ${methods.join(", ")}.`,
  });
  refused.headers.set("Allow", allow);
  return refused;
}

/** Who asks is told nothing of it, so that it has to stand somewhere else. */
function logUnforeseen(log: Log, thrown: unknown, { req }: Context): void {
  if (thrown instanceof CirrusError) return;
  const { error, cause } = describeError(thrown);
  log.error(`cannot answer ${req.method} ${req.path}`, { reason: `${error}: ${cause}` });
}
