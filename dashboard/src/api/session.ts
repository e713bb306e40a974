/** Who asks: what `config.json` beside the page says of how to prove it, and the headers that do. */

export type Auth =
  | { readonly kind: "none" }
  /** On this machine: a token of this start, needed for writes. */
  | { readonly kind: "token"; readonly token: string }
  | { readonly kind: "oidc"; readonly issuer: string; readonly clientId: string; readonly scope: string };

let auth: Promise<Auth> | undefined;

function currentAuth(): Promise<Auth> {
  auth ??= readAuth().catch((error) => {
    // The next request tries again.
    auth = undefined;
    throw error;
  });
  return auth;
}

async function readAuth(): Promise<Auth> {
  const response = await fetch(`${import.meta.env.BASE_URL}config.json`, { cache: "no-store" });
  if (response.status === 404) return { kind: "none" };
  if (!response.ok) throw new TypeError(`config.json: ${response.status}`);
  // Written by whoever serves the page, for this page.
  const config = (await response.json()) as { readonly auth: Auth };
  return config.auth;
}

/** What a request carries. */
export async function authHeaders(method: string): Promise<Record<string, string>> {
  const known = await currentAuth();
  if (known.kind === "token" && method !== "GET") return { "X-Cirrus-Token": known.token };
  if (known.kind === "oidc") return { Authorization: `Bearer ${await signedIn(known)}` };
  return {};
}

/** After a refusal: whether there is another proof to try, because the server was started anew. */
export async function renewToken(): Promise<boolean> {
  const before = await currentAuth();
  if (before.kind !== "token") return false;
  auth = undefined;
  const after = await currentAuth();
  return after.kind === "token" && after.token !== before.token;
}

/** Requests that begin together sign in together. */
let signingIn: Promise<string> | undefined;

function signedIn(known: Extract<Auth, { kind: "oidc" }>): Promise<string> {
  signingIn ??= import("./sign-in.ts")
    .then(({ idToken }) => idToken(known))
    .finally(() => {
      signingIn = undefined;
    });
  return signingIn;
}

/** After an answer that the token is not good, or not any more: whether there was one, which is forgotten. */
export async function forgetSession(): Promise<boolean> {
  const known = await currentAuth();
  if (known.kind !== "oidc") return false;
  (await import("./sign-in.ts")).forgetToken();
  return true;
}
