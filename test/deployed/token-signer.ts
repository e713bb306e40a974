/** Tokens as OpenID Connect knows them, signed with a key of their own, and whether one is good. */
import { createPublicKey, generateKeyPairSync, type JsonWebKey, sign, verify } from "node:crypto";

export type Claims = Readonly<Record<string, unknown>>;

export interface TokenSigner {
  /** What an issuer publishes of its keys. */
  readonly keys: { readonly keys: readonly JsonWebKey[] };
  /** Good for TOKEN_SECONDS where the claims say nothing else. */
  token(claims: Claims): string;
  /** As API Gateway checks it; undefined where it is not good. */
  claimsOf(token: string, audience: string): Claims | undefined;
}

const KEY_ID = "the-only-key";
/** How long a token is good whose claims say nothing else. */
export const TOKEN_SECONDS = 600;

/** `issuer`: known when the first token is signed. */
export function makeTokenSigner(issuer: () => string): TokenSigner {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const key = { ...publicKey.export({ format: "jwk" }), kid: KEY_ID, alg: "RS256", use: "sig" };
  return {
    keys: { keys: [key] },
    token(claims) {
      const now = Math.floor(Date.now() / 1000);
      const parts = [
        { alg: "RS256", kid: KEY_ID, typ: "JWT" },
        { iss: issuer(), iat: now - 5, exp: now + TOKEN_SECONDS, ...claims },
      ].map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"));
      const signature = sign("RSA-SHA256", Buffer.from(parts.join(".")), privateKey).toString("base64url");
      return [...parts, signature].join(".");
    },
    claimsOf(token, audience) {
      const [header = "", body = "", signature = ""] = token.split(".");
      const signed = Buffer.from(`${header}.${body}`);
      const own = createPublicKey({ key, format: "jwk" });
      if (!verify("RSA-SHA256", signed, own, Buffer.from(signature, "base64url"))) return undefined;
      // Signed above.
      const claims = JSON.parse(Buffer.from(body, "base64url").toString("utf8")) as Claims;
      const good = claims.iss === issuer() && claims.aud === audience && Number(claims.exp) * 1000 > Date.now();
      return good ? claims : undefined;
    },
  };
}
