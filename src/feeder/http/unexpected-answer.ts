/** Answers that asking again does not change, told as what came and what to do about it. */
import { CirrusError, describeError, type ErrorDetails } from "../../errors.ts";
import { isJsonObject, parseJson } from "../../json.ts";
import { cutText } from "../../payload/cut.ts";
import { showUrl } from "../../task/assets/href.ts";

/** The server answered something else than what was asked for; `status` where it answered at all. */
export class UnexpectedAnswer extends CirrusError {
  readonly status: number | undefined;

  constructor(message: string, { status, ...details }: ErrorDetails & { readonly status?: number } = {}) {
    super(message, details);
    this.status = status;
  }
}

export interface Came {
  readonly what: string;
  readonly hint: string;
  /** Another try may bring the whole of it. */
  readonly passing: boolean;
}

const SHOWN_CHARACTERS = 200;

/** What a body is that is no JSON. */
export function whatCame({ headers, redirected }: Response, text: string): Came {
  const type = (headers.get("content-type") ?? "").split(";")[0]?.trim() ?? "";
  const start = text.trimStart();
  if (start === "") {
    return { what: "it answered with nothing", hint: "Check the URL.", passing: false };
  }
  if (type === "text/html" || /^<(!doctype html|html)/i.test(start)) {
    const title = /<title[^>]*>([^<]*)/i.exec(text)?.[1]?.trim();
    const what = `it answered with an HTML page${title ? ` ("${cutText(title, SHOWN_CHARACTERS)}")` : ""}, not with JSON`;
    const hint = isSignIn(title ?? "", redirected)
      ? "It asks to sign in: give the credentials that it takes, as a header."
      : "Check the URL: this is a page for people, and the data is elsewhere.";
    return { what, hint, passing: false };
  }
  if (/^[[{]/.test(start)) {
    return {
      what: `its JSON ends after ${Buffer.byteLength(text)} bytes, in the middle`,
      hint: "Ask for smaller pages.",
      passing: true,
    };
  }
  const shown = JSON.stringify(cutText(start, 60));
  return {
    what: `it answered ${type || "without a type"}, ${shown}, not JSON`,
    hint: "Check the URL.",
    passing: false,
  };
}

function isSignIn(title: string, redirected: boolean): boolean {
  return redirected || /\b(log|sign)[ -]?(in|on)\b/i.test(title);
}

/** 4xx, and 5xx that do not pass. */
export function refusal(
  url: string,
  { status, statusText }: Pick<Response, "status" | "statusText">,
  text: string,
): UnexpectedAnswer {
  const reason = reasonIn(text);
  const message = `${showUrl(url)} answered ${status} ${statusText}`.trim() + (reason ? `: ${reason}` : "");
  return new UnexpectedAnswer(message, { status, hint: HINTS[status] ?? "Check the URL and the parameters." });
}

const HINTS: Readonly<Record<number, string>> = {
  400: "It does not understand what it was asked: check the parameters.",
  401: "It wants credentials: give them as a header, such as Authorization.",
  403: "These credentials may not read it, or it wants some: check the headers.",
  404: "There is nothing at this URL: check it for mistakes.",
  405: "This URL is not one that is asked this way: check it for mistakes.",
};

/** The words for people in the bodies of errors, by the members that APIs use for them. */
function reasonIn(text: string): string | undefined {
  const body = parseJson(text);
  if (!isJsonObject(body)) return undefined;
  const { description, detail, message, title, error } = body;
  const found = [description, detail, message, title, error].find((value) => value !== undefined && value !== null);
  if (found === undefined) return undefined;
  return cutText(typeof found === "string" ? found : JSON.stringify(found), SHOWN_CHARACTERS);
}

/** Names that do not exist, certificates that are not trusted and texts that are no URL stay so. */
const LASTING: Readonly<Record<string, string>> = {
  ENOTFOUND: "Check the host's name.",
  ERR_INVALID_URL: "Write it whole: https://host/path.",
  CERT_HAS_EXPIRED: "Its certificate has expired.",
  DEPTH_ZERO_SELF_SIGNED_CERT: "Its certificate is not trusted: name its authority with NODE_EXTRA_CA_CERTS.",
  SELF_SIGNED_CERT_IN_CHAIN: "Its certificate is not trusted: name its authority with NODE_EXTRA_CA_CERTS.",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "Its certificate is not trusted: name its authority with NODE_EXTRA_CA_CERTS.",
  ERR_TLS_CERT_ALTNAME_INVALID: "Its certificate is for another host: check the host's name.",
};

/** Undefined where the connection may come about another time. */
export function unreachable(url: string, thrown: unknown): UnexpectedAnswer | undefined {
  const cause = thrown instanceof Error ? (thrown.cause ?? thrown) : thrown;
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
  // fetch's own refusal of what it is asked has no cause; a lost connection has one.
  const refused = thrown instanceof TypeError && thrown.cause === undefined;
  const hint = refused ? "Check the URL and the headers." : LASTING[code];
  if (hint === undefined) return undefined;
  return new UnexpectedAnswer(`${showUrl(url)} cannot be reached: ${describeError(cause).cause}`, { hint, cause });
}

export function tooLarge(url: string, maxBytes: number): UnexpectedAnswer {
  return new UnexpectedAnswer(`${showUrl(url)} answered with more than ${Math.floor(maxBytes / 1024 / 1024)} MiB`, {
    hint: "Ask for smaller pages.",
  });
}
