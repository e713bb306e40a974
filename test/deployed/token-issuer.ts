/** An issuer of tokens as OpenID Connect knows them: where its keys are, and tokens signed with them. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { makeTokenSigner, type TokenSigner } from "./token-signer.ts";

export interface TokenIssuer extends Pick<TokenSigner, "token"> {
  readonly url: string;
  close(): Promise<void>;
}

export async function openTokenIssuer(): Promise<TokenIssuer> {
  let url = "";
  const { keys, token } = makeTokenSigner(() => url);
  const server = createServer(({ url: path }, response) => {
    response.setHeader("Content-Type", "application/json");
    response.end(JSON.stringify(path === "/keys" ? keys : { issuer: url, jwks_uri: `${url}/keys` }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // An address of TCP: the server listens on no pipe.
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, token, close: () => new Promise((resolve) => server.close(() => resolve())) };
}
