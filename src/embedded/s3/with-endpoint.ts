/** The environment of a program whose S3 is the endpoint of this machine: its client finds it, and asks no proxy for it. */
import type { S3Endpoint } from "./endpoint.ts";

type Environment = Readonly<Record<string, string>>;

/** `given` as it is where there is no endpoint. */
export function withEndpoint(given: Environment, endpoint: S3Endpoint | undefined): Environment {
  if (endpoint === undefined) return given;
  const { hostname } = new URL(endpoint.url);
  return { ...given, ...endpoint.environment, ...asksStraight(given, hostname) };
}

/** A proxy knows nobody of this machine, and would be shown the credentials. Programs read one of the two names, or both. */
function asksStraight({ NO_PROXY, no_proxy }: Environment, host: string): Environment {
  const and = (hosts: string | undefined) => (hosts === "*" ? hosts : [hosts, host].filter(Boolean).join(","));
  return { NO_PROXY: and(NO_PROXY ?? no_proxy), no_proxy: and(no_proxy ?? NO_PROXY) };
}
