/** The calls of Step Functions that Cirrus makes. */
import {
  DescribeExecutionCommand,
  type DescribeExecutionCommandInput,
  DescribeStateMachineCommand,
  type DescribeStateMachineCommandInput,
  DescribeStateMachineForExecutionCommand,
  type DescribeStateMachineForExecutionCommandInput,
  GetExecutionHistoryCommand,
  type GetExecutionHistoryCommandInput,
  RedriveExecutionCommand,
  type RedriveExecutionCommandInput,
  SFNClient,
  StartExecutionCommand,
  type StartExecutionCommandInput,
  StopExecutionCommand,
  type StopExecutionCommandInput,
} from "@aws-sdk/client-sfn";
import { type ClientOptions, clientSettings, explained } from "./settings.ts";

export type StepFunctions = ReturnType<typeof connectStepFunctions>;

export function connectStepFunctions(options: ClientOptions) {
  const client = explained(new SFNClient(clientSettings(options)), "Step Functions", options);
  return {
    startExecution: (input: StartExecutionCommandInput) => client.send(new StartExecutionCommand(input)),
    describeExecution: (input: DescribeExecutionCommandInput) => client.send(new DescribeExecutionCommand(input)),
    stopExecution: (input: StopExecutionCommandInput) => client.send(new StopExecutionCommand(input)),
    redriveExecution: (input: RedriveExecutionCommandInput) => client.send(new RedriveExecutionCommand(input)),
    getExecutionHistory: (input: GetExecutionHistoryCommandInput) => client.send(new GetExecutionHistoryCommand(input)),
    describeStateMachine: (input: DescribeStateMachineCommandInput) =>
      client.send(new DescribeStateMachineCommand(input)),
    describeStateMachineForExecution: (input: DescribeStateMachineForExecutionCommandInput) =>
      client.send(new DescribeStateMachineForExecutionCommand(input)),
  };
}
