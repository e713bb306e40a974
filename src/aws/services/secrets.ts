/** The call of Secrets Manager that Cirrus makes. */
import {
  GetSecretValueCommand,
  type GetSecretValueCommandInput,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import { type ClientOptions, clientSettings, explained } from "./settings.ts";

export type Secrets = ReturnType<typeof connectSecrets>;

export function connectSecrets(options: ClientOptions) {
  const client = explained(new SecretsManagerClient(clientSettings(options)), "Secrets Manager", options);
  return {
    getSecretValue: (input: GetSecretValueCommandInput) => client.send(new GetSecretValueCommand(input)),
  };
}
