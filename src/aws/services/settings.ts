/** What every client of AWS is made with: who calls, how long an answer may take, how often a call is tried. */
import type { STSClientConfig } from "@aws-sdk/client-sts";
import { explainFailure } from "../failures.ts";

export interface ClientOptions {
  /** The environment's or the profile's where it is not given. */
  readonly region?: string | undefined;
  readonly profile?: string | undefined;
  /** Another address than AWS's own: an emulator. The SDK itself reads AWS_ENDPOINT_URL. */
  readonly endpoint?: string | undefined;
  /** Instead of those that the SDK finds: of whoever deploys; an emulator takes any. */
  readonly credentials?: STSClientConfig["credentials"] | undefined;
  /** Tries of a call, the first included. */
  readonly attempts?: number | undefined;
  /** Milliseconds until an answer must begin, and between any two parts of it. */
  readonly timeoutMs?: number | undefined;
}

/** Standard retries wait up to 20 s: four tries end well within a function's time, and then the message comes again. */
const ATTEMPTS = 4;
const CONNECT_MS = 2_000;
const ANSWER_MS = 20_000;

/** The constructor's argument of any client. */
export function clientSettings(options: ClientOptions) {
  const { region, profile, endpoint, credentials, attempts, timeoutMs = ANSWER_MS } = options;
  return {
    ...(region !== undefined && { region }),
    ...(profile !== undefined && { profile }),
    ...(endpoint !== undefined && { endpoint }),
    ...(credentials !== undefined && { credentials }),
    maxAttempts: attempts ?? ATTEMPTS,
    retryMode: "standard",
    requestHandler: {
      connectionTimeout: CONNECT_MS,
      requestTimeout: timeoutMs,
      socketTimeout: timeoutMs,
      // Without it a late answer is only warned of.
      throwOnRequestTimeout: true,
    },
  };
}

type Handler = (args: never) => Promise<unknown>;
interface Stack {
  readonly middlewareStack: {
    add(
      middleware: (next: Handler, context: { readonly commandName?: string }) => Handler,
      options: { readonly step: "initialize"; readonly name: string },
    ): void;
  };
}

/** Has every failure of the client explained, whichever call it is of. */
export function explained<C>(client: C, service: string, { profile }: ClientOptions): C {
  // Every client has this stack; its full type differs from service to service and is of no use here.
  const { middlewareStack } = client as unknown as Stack;
  middlewareStack.add(
    (next, { commandName = "" }) =>
      async (args) => {
        try {
          return await next(args);
        } catch (thrown) {
          const operation = commandName.replace(/Command$/, "");
          throw explainFailure(thrown, { service, operation, profile });
        }
      },
    { step: "initialize", name: "explainFailure" },
  );
  return client;
}
