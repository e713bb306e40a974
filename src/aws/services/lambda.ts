/** The calls of Lambda that Cirrus makes. */
import {
  GetFunctionCommand,
  type GetFunctionCommandInput,
  InvokeCommand,
  type InvokeCommandInput,
  LambdaClient,
} from "@aws-sdk/client-lambda";
import { type ClientOptions, clientSettings, explained } from "./settings.ts";

export type Lambda = ReturnType<typeof connectLambda>;

export function connectLambda(options: ClientOptions) {
  const client = explained(new LambdaClient(clientSettings(options)), "Lambda", options);
  return {
    getFunction: (input: GetFunctionCommandInput) => client.send(new GetFunctionCommand(input)),
    invoke: (input: InvokeCommandInput) => client.send(new InvokeCommand(input)),
  };
}
