/**
 * Follows redirects with the method and the body that were asked for. fetch itself would turn a POST into a GET without a
 * body, as browsers do, and a search that has lost its body finds everything.
 */
import { showUrl } from "../../task/assets/href.ts";
import type { AskPorts } from "./ask-once.ts";
import type { JsonRequest } from "./http.ts";
import { UnexpectedAnswer } from "./unexpected-answer.ts";

const MOST_REDIRECTS = 5;

export async function followRedirects(url: string, request: JsonRequest, ports: AskPorts): Promise<Response> {
  let at = url;
  for (let redirects = 0; ; redirects++) {
    refuseCredentials(at);
    const response = await ports.fetch(at, initOf(request, sameOrigin(url, at), ports.signal));
    const location = response.headers.get("location");
    if (response.status < 300 || response.status >= 400 || location === null) return response;
    // Nobody waits for the end of what nobody reads.
    response.body?.cancel().catch(() => {});
    if (redirects === MOST_REDIRECTS || !URL.canParse(location, at)) {
      const message = `${showUrl(url)} leads on and on, last to ${showUrl(location)}`;
      throw new UnexpectedAnswer(message, { hint: "Give the URL that it should lead to." });
    }
    at = new URL(location, at).href;
  }
}

/** fetch refuses them too, and shows the password. */
function refuseCredentials(url: string): void {
  const { username, password } = URL.canParse(url) ? new URL(url) : {};
  if (!username && !password) return;
  throw new UnexpectedAnswer(`${showUrl(url)} cannot be asked with a name and a password in the URL`, {
    hint: "Leave them out, and give them as a header: Authorization.",
  });
}

function initOf({ method, body, headers }: JsonRequest, own: boolean, signal: AbortSignal): RequestInit {
  return {
    method: method ?? (body === undefined ? "GET" : "POST"),
    headers: {
      accept: "application/json, application/geo+json",
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      // Credentials are for the server that they were given for.
      ...(own ? headers : {}),
    },
    redirect: "manual",
    signal,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  };
}

function sameOrigin(a: string, b: string): boolean {
  return a === b || new URL(a).origin === new URL(b).origin;
}
