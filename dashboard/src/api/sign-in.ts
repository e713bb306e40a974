/**
 * Signs people in with an OpenID Connect issuer: the authorization code flow with PKCE, as for any public client. What is
 * learned stays in this tab and is gone with it. Loaded only where the stage takes tokens.
 */
import * as oauth from "oauth4webapi";
import { navigate } from "../location.ts";
import { type ProblemError, signedOut } from "./problem-error.ts";

export interface Issuer {
  readonly issuer: string;
  readonly clientId: string;
  readonly scope: string;
}

/** Where the issuer sends people back to, as its client is registered. */
const BASE = import.meta.env.BASE_URL;
const CALLBACK = `${location.origin}${BASE}`;

const TOKEN = "cirrus.token";
const PENDING = "cirrus.signing-in";

/** What has to be the same when somebody comes back, and where they were going. */
interface Pending {
  readonly verifier: string;
  readonly state: string;
  readonly nonce: string;
  readonly path: string;
}

interface Kept {
  readonly token: string;
  /** Milliseconds since 1970. */
  readonly until: number;
}

/**
 * Why nobody is signed in, once that is known. From then on a person decides: whoever is in the middle of something is
 * not led away from it, and an issuer or an API that says no is not asked again and again.
 */
let ended: ProblemError | undefined;
/** Somebody was signed in since the page was loaded. */
let held = false;

/** A token that is still good. Where there is none yet the browser goes to the issuer, and this never resolves. */
export async function idToken(issuer: Issuer): Promise<string> {
  const kept = read<Kept>(TOKEN);
  if (kept !== undefined && kept.until > Date.now()) {
    held = true;
    return kept.token;
  }
  if (held) forgetToken();
  if (ended !== undefined) throw ended;
  try {
    const token = await signIn(issuer);
    held = true;
    return token;
  } catch (thrown) {
    ended ??= signedOut(reasonOf(thrown, issuer));
    throw ended;
  }
}

async function signIn(issuer: Issuer): Promise<string> {
  const returned = new URL(location.href);
  const pending = read<Pending>(PENDING);
  sessionStorage.removeItem(PENDING);
  if (!isAnswer(returned)) return leave(issuer, `${returned.pathname}${returned.search}`);
  // Loaded again it is no answer any more.
  navigate(pending?.path ?? BASE, { replace: true });
  // The answer to a question of long ago, or of another tab.
  if (pending === undefined) return leave(issuer, BASE);
  return redeem(await discover(issuer), issuer, pending, returned);
}

/** A filter of a list may be called `state` too: the issuer's answers come to one address. */
function isAnswer({ pathname, searchParams }: URL): boolean {
  return pathname === BASE && searchParams.has("state") && (searchParams.has("code") || searchParams.has("error"));
}

function reasonOf(thrown: unknown, { issuer }: Issuer): string {
  if (thrown instanceof oauth.AuthorizationResponseError) {
    const { error, error_description: description } = thrown;
    if (error === "access_denied") return "The sign-in was refused or broken off.";
    return `${issuer} answered the sign-in with ${error}${description === undefined ? "" : `: ${description}`}.`;
  }
  // How fetch says that nobody answers.
  if (thrown instanceof TypeError) return `${issuer}, where people sign in, does not answer.`;
  return `Signing in with ${issuer} failed: ${thrown instanceof Error ? thrown.message : String(thrown)}.`;
}

/** The issuer says who it is; its answer must be of that very issuer. */
async function discover({ issuer }: Issuer): Promise<oauth.AuthorizationServer> {
  const url = new URL(issuer);
  return oauth.processDiscoveryResponse(url, await oauth.discoveryRequest(url));
}

async function redeem(
  server: oauth.AuthorizationServer,
  { clientId }: Issuer,
  { verifier, state, nonce }: Pending,
  returned: URL,
): Promise<string> {
  const client: oauth.Client = { client_id: clientId };
  const parameters = oauth.validateAuthResponse(server, client, returned, state);
  const response = await oauth.authorizationCodeGrantRequest(
    server,
    client,
    oauth.None(),
    parameters,
    CALLBACK,
    verifier,
  );
  const result = await oauth.processAuthorizationCodeResponse(server, client, response, {
    expectedNonce: nonce,
    requireIdToken: true,
  });
  const token = result.id_token ?? "";
  const claims = oauth.getValidatedIdTokenClaims(result);
  // A little before it ends, so that it is good when it arrives.
  const until = ((claims?.exp ?? 0) - LEEWAY_SECONDS) * 1000;
  sessionStorage.setItem(TOKEN, JSON.stringify({ token, until } satisfies Kept));
  return token;
}

const LEEWAY_SECONDS = 30;

/** `path`: where to come back to. */
async function leave(issuer: Issuer, path: string): Promise<never> {
  const { clientId, scope } = issuer;
  const server = await discover(issuer);
  const verifier = oauth.generateRandomCodeVerifier();
  const pending: Pending = {
    verifier,
    state: oauth.generateRandomState(),
    nonce: oauth.generateRandomNonce(),
    path,
  };
  sessionStorage.setItem(PENDING, JSON.stringify(pending));
  const url = new URL(server.authorization_endpoint ?? "");
  const query = {
    client_id: clientId,
    redirect_uri: CALLBACK,
    response_type: "code",
    scope,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
    state: pending.state,
    nonce: pending.nonce,
  };
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  location.assign(url);
  return new Promise<never>((_, reject) => {
    // The browser's button that leads back shows this very page as it was.
    const back = ({ persisted }: PageTransitionEvent) => persisted && reject(signedOut("You came back from there."));
    addEventListener("pageshow", back);
  });
}

/** A token that the API does not take, or not any more. */
export function forgetToken(): void {
  sessionStorage.removeItem(TOKEN);
  ended ??= signedOut("The session has ended.");
}

function read<T>(name: string): T | undefined {
  const text = sessionStorage.getItem(name);
  // Written by this module and by nothing else.
  return text === null ? undefined : (JSON.parse(text) as T);
}
