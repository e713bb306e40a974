/** take-turn as a Lambda: called by the state machine of loops once for each turn. */
import { randomUUID } from "node:crypto";
import { lazyDynamoDb } from "../../aws/clients/dynamodb.ts";
import { lazyS3 } from "../../aws/clients/s3.ts";
import { makeAwsLoops } from "../../aws/loops/loops.ts";
import type { ClientOptions } from "../../aws/services/settings.ts";
import { systemClock } from "../../clock.ts";
import { type Environment, readEnvironment, requireVariable } from "../../env.ts";
import type { Log } from "../../log.ts";
import { makeExecutionIds } from "../../loop/execution-id.ts";
import type { ExecutionEnd, LoopExecution } from "../../loop/loop-execution.ts";
import { MINIMUM_ITERATION_MS } from "../../loop/turns/pause.ts";
import { type MakePorts, type Measurement, makeLambda } from "../lambda/make-lambda.ts";
import { driveMachine, type MachineAnswer, type MachinePorts, type MachineState } from "./drive-machine.ts";

export interface TakeTurnEvent {
  readonly loop: string;
  /** The name of the state machine's execution. */
  readonly holder: string;
  readonly state: MachineState;
}

/** A call that is never answered must not take the whole minute. */
const ANSWER_MS = 10_000;

export function takeTurnLambda(makePorts: MakePorts<MachinePorts> = machinePorts) {
  return makeLambda<TakeTurnEvent, MachineAnswer, MachinePorts>(makePorts, async (event, { ports, log, measure }) => {
    const { holder, state } = event;
    const answer = await driveMachine(ports, {
      holder,
      state,
      minimumIterationMs: MINIMUM_ITERATION_MS,
      onRecorded: (execution, end) => measure(measurementOf(execution, end)),
    });
    const { loop, turns, action } = answer;
    log.info("turn", { loop, turns, action, execution: "execution" in answer ? answer.execution : undefined });
    return answer;
  });
}

function measurementOf({ loop, task }: LoopExecution, { outcome, durationMs }: ExecutionEnd): Measurement {
  const succeeded = outcome === "SUCCEEDED" ? 1 : 0;
  return {
    dimensions: { organisation: task.codops, task: task.name, loop },
    counts: { LoopTaskSucceeded: succeeded, LoopTaskFailed: 1 - succeeded },
    durations: { LoopTaskDuration: durationMs },
  };
}

async function machinePorts(
  _log: Log,
  environment: Environment = readEnvironment(),
  options: ClientOptions = { endpoint: environment.AWS_ENDPOINT_URL, timeoutMs: ANSWER_MS },
): Promise<MachinePorts> {
  const { store, ends } = makeAwsLoops(
    { dynamodb: lazyDynamoDb(options), s3: lazyS3(options) },
    {
      table: requireVariable(environment, "CIRRUS_LOOP_TABLE"),
      payloadBucket: requireVariable(environment, "CIRRUS_PAYLOAD_BUCKET"),
      payloadPrefix: environment.CIRRUS_PAYLOAD_ROOT_PREFIX ?? "cirrus",
    },
    systemClock,
  );
  return { store, ends, clock: systemClock, newId: makeExecutionIds(systemClock, randomUUID) };
}
