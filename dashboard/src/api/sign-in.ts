/**
 * Signs people in with an OpenID Connect issuer: the authorization code flow with PKCE, as for any public client. What is
 * learned stays in this tab and is gone with it. Loaded only where the stage takes tokens.
 */
import * as oauth from "oauth4webapi";
import { navigate } from "../location.ts";

export interface Issuer {
  readonly issuer: string;
  readonly clientId: string;
  readonly scope: string;
}

/** Where the issuer sends people back to, as its client is registered. */
const CALLBACK = `${location.origin}${import.meta.env.BASE_URL}`;

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

/** A token that is still good. Where there is none the browser goes to the issuer, and this never resolves. */
export async function idToken(issuer: Issuer): Promise<string> {
  const kept = read<Kept>(TOKEN);
  if (kept !== undefined && kept.until > Date.now()) return kept.token;
  const server = await discover(issuer);
  const pending = read<Pending>(PENDING);
  const returned = new URL(location.href);
  if (pending !== undefined && returned.searchParams.has("state")) {
    sessionStorage.removeItem(PENDING);
    const token = await redeem(server, issuer, pending, returned);
    navigate(pending.path, { replace: true });
    return token;
  }
  return leave(server, issuer);
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

async function leave(server: oauth.AuthorizationServer, { clientId, scope }: Issuer): Promise<never> {
  const verifier = oauth.generateRandomCodeVerifier();
  const pending: Pending = {
    verifier,
    state: oauth.generateRandomState(),
    nonce: oauth.generateRandomNonce(),
    path: `${location.pathname}${location.search}`,
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
  return new Promise<never>(() => {});
}

/** A token that the API does not take any more is forgotten: the next request signs in again. */
export function forgetToken(): void {
  sessionStorage.removeItem(TOKEN);
}

function read<T>(name: string): T | undefined {
  const text = sessionStorage.getItem(name);
  // Written by this module and by nothing else.
  return text === null ? undefined : (JSON.parse(text) as T);
}
