/**
 * An issuer of OpenID Connect that people sign in with: the authorization code flow for a public client, which it holds to
 * PKCE, the nonce, and one address to come back to. Answered to a browser in place of an address that is not there.
 */
import { createHash, randomUUID } from "node:crypto";
import type { Page } from "playwright-core";
import { type Claims, makeTokenSigner, type TokenSigner } from "../deployed/token-signer.ts";

export interface SignInIssuer extends Pick<TokenSigner, "claimsOf"> {
  readonly url: string;
  /** How often somebody was sent here to sign in. */
  readonly visits: () => number;
  /** What stands in the tokens that it gives. */
  claims: Claims;
  /** Whether it answers at all. */
  isThere: boolean;
  /** What is wrong in its answers. */
  wrong: { readonly state?: string; readonly nonce?: string };
  /** Has the page find it. */
  answerTo(page: Page): Promise<void>;
}

export const CLIENT = "the-dashboard";
const URL_ = "https://sign-in.example";

export function makeSignInIssuer(claims: Claims): SignInIssuer {
  const signer = makeTokenSigner(() => URL_);
  const codes = new Map<string, URLSearchParams>();
  let visits = 0;

  /** Its page: a link for each thing that somebody may do there. */
  function authorize(asked: URLSearchParams): Answer {
    visits += 1;
    const wanted = { client_id: CLIENT, response_type: "code", code_challenge_method: "S256" };
    for (const [name, value] of Object.entries(wanted)) if (asked.get(name) !== value) return refuse(`wrong ${name}`);
    const code = randomUUID();
    codes.set(code, asked);
    const state = issuer.wrong.state ?? asked.get("state") ?? "";
    const back = (answer: Readonly<Record<string, string>>) =>
      `${asked.get("redirect_uri")}?${new URLSearchParams({ ...answer, state })}`.replaceAll("&", "&amp;");
    const links = [
      `<a href="${back({ code })}">Sign in as Ada</a>`,
      `<a href="${back({ error: "access_denied" })}">Refuse</a>`,
      `<a href="${back({ error: "invalid_scope", error_description: "no such scope" })}">Ask in vain</a>`,
    ];
    return { contentType: "text/html", body: `<!doctype html><title>Sign in</title>${links.join(" ")}` };
  }

  function redeem(given: URLSearchParams): Answer {
    const asked = codes.get(given.get("code") ?? "");
    codes.delete(given.get("code") ?? "");
    const challenge = createHash("sha256")
      .update(given.get("code_verifier") ?? "")
      .digest("base64url");
    const fits =
      asked !== undefined &&
      given.get("grant_type") === "authorization_code" &&
      given.get("client_id") === CLIENT &&
      given.get("redirect_uri") === asked.get("redirect_uri") &&
      challenge === asked.get("code_challenge");
    if (!fits) return { ...json({ error: "invalid_grant" }), status: 400 };
    const nonce = issuer.wrong.nonce ?? asked.get("nonce");
    const token = signer.token({ sub: "1", aud: CLIENT, nonce, ...issuer.claims });
    return json({ access_token: "of no use here", token_type: "Bearer", expires_in: 600, id_token: token });
  }

  const issuer: SignInIssuer = {
    url: URL_,
    claimsOf: signer.claimsOf,
    visits: () => visits,
    claims,
    isThere: true,
    wrong: {},
    async answerTo(page) {
      await page.route(`${URL_}/**`, async (route) => {
        if (!issuer.isThere) return route.abort("connectionrefused");
        const { pathname, searchParams } = new URL(route.request().url());
        const answer =
          pathname === "/authorize"
            ? authorize(searchParams)
            : pathname === "/token"
              ? redeem(new URLSearchParams(route.request().postData() ?? ""))
              : json({
                  issuer: URL_,
                  authorization_endpoint: `${URL_}/authorize`,
                  token_endpoint: `${URL_}/token`,
                  jwks_uri: `${URL_}/keys`,
                });
        return route.fulfill({ ...answer, headers: { "Access-Control-Allow-Origin": "*" } });
      });
    },
  };
  return issuer;
}

interface Answer {
  readonly status?: number;
  readonly contentType: string;
  readonly body: string;
}

function json(value: object): Answer {
  return { contentType: "application/json", body: JSON.stringify(value) };
}

function refuse(body: string): Answer {
  return { status: 400, contentType: "text/plain", body };
}
