/** Reads what a task must not be told in a payload: tokens and passwords, from Secrets Manager. */
import { lazySecrets } from "../aws/clients/secrets.ts";
import { SecretUnavailable } from "./errors.ts";
import type { TaskPorts } from "./ports.ts";

/** The secret's text, by its name or ARN. */
export type ReadSecret = (name: string) => Promise<string>;

export function makeReadSecret(ports: TaskPorts): ReadSecret {
  const read = ports.secret ?? ((name) => fromSecretsManager(name, ports));
  return async (name) => {
    const text = await read(name);
    if (text) return text;
    throw new SecretUnavailable(`The secret ${name} holds no text`, { hint: "Store the token as its plain text." });
  };
}

let secrets: ReturnType<typeof lazySecrets> | undefined;

async function fromSecretsManager(name: string, { environment }: TaskPorts): Promise<string | undefined> {
  secrets ??= lazySecrets({ endpoint: environment.AWS_ENDPOINT_URL });
  try {
    return (await (await secrets()).getSecretValue({ SecretId: name })).SecretString;
  } catch (thrown) {
    if (!(thrown instanceof Error && thrown.name === "ResourceNotFoundException")) throw thrown;
    throw new SecretUnavailable(`There is no secret ${name}`, {
      hint: "Make it in Secrets Manager, in the region of the task, and let the task's role read it.",
      cause: thrown,
    });
  }
}
