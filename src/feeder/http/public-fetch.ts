/**
 * fetch that no answer leads into a private network, where redirects and links to a next page could reach what trusts
 * whoever is in it. A server there that the feeder's own parameters name is asked.
 */
import type { Json } from "../../json.ts";
import { showUrl } from "../../task/assets/href.ts";
import { isPrivate } from "../../task/assets/private-addresses.ts";
import { PrivateAddress, publicConnection } from "../../task/assets/public-connection.ts";
import type { Fetch } from "./ask-once.ts";
import { fetchThrough } from "./fetch-through.ts";
import { UnexpectedAnswer } from "./unexpected-answer.ts";

/** `prepared`: answers in place of the web's, for which nothing is connected to. */
export function makePublicFetch(parameters: unknown, prepared?: Fetch): Fetch {
  const named = new Set(hostsIn(parameters));
  return async (url, init) => {
    const { host, hostname } = new URL(url);
    if (named.has(host)) return (prepared ?? fetch)(url, init);
    if (isPrivate(hostname)) throw refused(url);
    if (prepared !== undefined) return prepared(url, init);
    try {
      return await fetchThrough(publicConnection(url), url, init);
    } catch (thrown) {
      throw thrown instanceof PrivateAddress ? refused(url) : thrown;
    }
  };
}

function hostsIn(value: unknown): readonly string[] {
  if (typeof value === "string") return /^https?:/i.test(value) && URL.canParse(value) ? [new URL(value).host] : [];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value as Readonly<Record<string, Json>>).flatMap(hostsIn);
}

function refused(url: string): UnexpectedAnswer {
  return new UnexpectedAnswer(`A redirect or a link leads to ${showUrl(url)}, which is in a private network`, {
    hint: "If that server is yours, have the feeder begin there: give its URL as a parameter.",
  });
}
