/**
 * How a request connects that is not to lead into a private network. What is judged is what is connected to: a name that was
 * judged earlier may by then mean another address. A proxy resolves names itself, and none is judged here.
 */
import { lookup as resolveName } from "node:dns";
import { type ClientRequest, Agent as HttpAgent } from "node:http";
import { globalAgent, Agent as HttpsAgent, type RequestOptions } from "node:https";
import type { LookupFunction } from "node:net";
import { isPrivate } from "./private-addresses.ts";

export class PrivateAddress extends Error {
  readonly address: string;

  constructor(address: string) {
    super(`${address} is in a private network`);
    this.address = address;
  }
}

export type Connection = Pick<RequestOptions, "agent" | "lookup">;

/** An address that the URL itself names is connected to without a lookup: whoever asks judges that one. */
export function publicConnection(url: string): Connection {
  return { agent: new URL(url).protocol === "https:" ? agents.https : agents.http, lookup: publicLookup };
}

/** An answer of 101 is told as an upgrade alone: to who has no ear for that, a request would never end. */
export function refuseUpgrade(call: ClientRequest): void {
  call.on("upgrade", (_response, socket) => {
    socket.destroy();
    // It counts as destroyed already, and would emit no error by itself.
    call.emit("error", new Error("it answered 101 and wants to speak another protocol than HTTP"));
  });
}

/** A connection that is kept open is used again without a lookup: one that somebody else has opened may lead anywhere. */
const { keepAlive, scheduling, timeout, proxyEnv } = globalAgent.options;
const like = { keepAlive, scheduling, timeout, proxyEnv };
const agents = { http: new HttpAgent(like), https: new HttpsAgent(like) };

const publicLookup: LookupFunction = (hostname, options, done) => {
  resolveName(hostname, { ...options, all: true }, (error, addresses) => {
    if (error) return done(error, "");
    const inside = addresses.find(({ address }) => isPrivate(address));
    if (inside !== undefined) return done(new PrivateAddress(inside.address), "");
    const [first] = addresses;
    return options.all || first === undefined ? done(null, addresses) : done(null, first.address, first.family);
  });
};
