/** An issuer of tokens as OpenID Connect knows them: where its keys are, and tokens signed with them. */
import { generateKeyPairSync, sign } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export interface TokenIssuer {
  readonly url: string;
  /** Signed, good for ten minutes. */
  token(claims: Readonly<Record<string, unknown>>): string;
  close(): Promise<void>;
}

const KEY_ID = "the-only-key";

export async function openTokenIssuer(): Promise<TokenIssuer> {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const keys = { keys: [{ ...publicKey.export({ format: "jwk" }), kid: KEY_ID, alg: "RS256", use: "sig" }] };
  let url = "";
  const server = createServer(({ url: path }, response) => {
    response.setHeader("Content-Type", "application/json");
    response.end(JSON.stringify(path === "/keys" ? keys : { issuer: url, jwks_uri: `${url}/keys` }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // An address of TCP: the server listens on no pipe.
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    token(claims) {
      const now = Math.floor(Date.now() / 1000);
      const parts = [
        { alg: "RS256", kid: KEY_ID, typ: "JWT" },
        { iss: url, iat: now - 5, exp: now + 600, ...claims },
      ].map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"));
      const signature = sign("RSA-SHA256", Buffer.from(parts.join(".")), privateKey).toString("base64url");
      return [...parts, signature].join(".");
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
