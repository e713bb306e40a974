/** update-state as a Lambda: status changes of executions from its queue in, those that are to come again out. */
import type { SQSBatchResponse, SQSEvent } from "aws-lambda";
import { type MakePorts, makeLambda } from "../lambda/make-lambda.ts";
import { countOutcomes } from "../lambda/outcome-metrics.ts";
import { answerBatch } from "../lambda/queue-batch.ts";
import type { FunctionPorts } from "../ports.ts";
import { functionPorts } from "../wiring.ts";
import { updateState } from "./update-state.ts";

export function updateStateLambda(makePorts: MakePorts<FunctionPorts> = functionPorts) {
  return makeLambda<SQSEvent, SQSBatchResponse, FunctionPorts>(makePorts, async (event, invocation) => {
    const { ports, log, deadline } = invocation;
    const { response, results } = await answerBatch(event.Records, (records) => updateState(records, ports, deadline), {
      log,
    });
    countOutcomes("StatusChanges", results, invocation);
    return response;
  });
}
