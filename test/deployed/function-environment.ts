/** Gives a deployed function other environment variables: how a test takes from it what it stands on. */
import {
  GetFunctionConfigurationCommand,
  LambdaClient,
  UpdateFunctionConfigurationCommand,
} from "@aws-sdk/client-lambda";
import { toEmulator } from "./clients.ts";

/** Until the returned function is called. */
export async function changeEnvironment(
  name: string,
  changes: Readonly<Record<string, string>>,
  endpoint: string,
): Promise<() => Promise<void>> {
  const lambda = new LambdaClient(toEmulator(endpoint));
  const { Environment } = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName: name }));
  const before = Environment?.Variables ?? {};
  const set = async (Variables: Record<string, string>): Promise<void> => {
    const input = { FunctionName: name, Environment: { Variables } };
    await lambda.send(new UpdateFunctionConfigurationCommand(input));
  };
  await set({ ...before, ...changes });
  return () => set(before);
}
