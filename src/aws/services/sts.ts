/** The one call of STS that Cirrus makes: who is calling. */
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { type ClientOptions, clientSettings, explained } from "./settings.ts";

export function connectSts(options: ClientOptions) {
  const client = explained(new STSClient(clientSettings(options)), "STS", options);
  return { getCallerIdentity: () => client.send(new GetCallerIdentityCommand({})) };
}
