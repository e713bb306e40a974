/**
 * What an EC2 instance says of itself to programs on it, in version 2 of the service: with a token for a session. Where there
 * is no such service, as on any other machine, nothing is known.
 */
import type { Environment } from "../env.ts";

export interface InstanceMetadata {
  /** The text below `/latest/meta-data/`; undefined where there is none. */
  read(path: string): Promise<string | undefined>;
}

const ADDRESS = "http://169.254.169.254";
const TOKEN_SECONDS = 21_600;
/** The service is on the same machine; what does not answer within this time is not there. */
const ANSWER_MS = 2_000;

const nothing: InstanceMetadata = { read: async () => undefined };

export function makeInstanceMetadata(environment: Environment): InstanceMetadata {
  if (environment.AWS_EC2_METADATA_DISABLED === "true") return nothing;
  const address = environment.AWS_EC2_METADATA_SERVICE_ENDPOINT ?? ADDRESS;
  let token: string | undefined;

  async function request(path: string, method: "GET" | "PUT", headers: Record<string, string>) {
    const signal = AbortSignal.timeout(ANSWER_MS);
    return fetch(new URL(`/latest/${path}`, address), { method, headers, signal });
  }

  async function newToken(): Promise<string | undefined> {
    const headers = { "X-aws-ec2-metadata-token-ttl-seconds": String(TOKEN_SECONDS) };
    const response = await request("api/token", "PUT", headers);
    return response.ok ? response.text() : undefined;
  }

  async function readOnce(path: string): Promise<Response | undefined> {
    token ??= await newToken();
    if (token === undefined) return undefined;
    return request(`meta-data/${path}`, "GET", { "X-aws-ec2-metadata-token": token });
  }

  return {
    async read(path) {
      try {
        let response = await readOnce(path);
        // The session is over.
        if (response?.status === 401) {
          token = undefined;
          response = await readOnce(path);
        }
        return response?.ok ? await response.text() : undefined;
      } catch {
        return undefined;
      }
    },
  };
}

/** What tells one instance from another, and what it costs. */
export interface InstanceFacts {
  readonly id?: string | undefined;
  /** `m7g.xlarge` */
  readonly type?: string | undefined;
  readonly zone?: string | undefined;
  readonly spot?: boolean | undefined;
}

export async function readInstance({ read }: InstanceMetadata): Promise<InstanceFacts> {
  const [id, type, zone, lifeCycle] = [
    await read("instance-id"),
    await read("instance-type"),
    await read("placement/availability-zone"),
    await read("instance-life-cycle"),
  ];
  return { id, type, zone, ...(lifeCycle !== undefined && { spot: lifeCycle === "spot" }) };
}
