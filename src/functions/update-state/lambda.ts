/** update-state as a Lambda: status changes of executions from its queue in, those that are to come again out. */
import type { SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import { byWeight } from "../lambda/by-weight.ts";
import { type MakePorts, makeLambda } from "../lambda/make-lambda.ts";
import { countOutcomes } from "../lambda/outcome-metrics.ts";
import { answerBatch } from "../lambda/queue-batch.ts";
import type { FunctionPorts } from "../ports.ts";
import { functionPorts } from "../wiring.ts";
import { updateState } from "./update-state.ts";

export function updateStateLambda(makePorts: MakePorts<FunctionPorts> = functionPorts) {
  return makeLambda<SQSEvent, SQSBatchResponse, FunctionPorts>(makePorts, async (event, invocation) => {
    const { ports, log, deadline } = invocation;
    const handle = (records: readonly SQSRecord[]) => updateState(records, ports, deadline);
    const handleAll = (records: readonly SQSRecord[]) => byWeight(records, handle, deadline);
    const { response, results } = await answerBatch(event.Records, handleAll, { log });
    countOutcomes("StatusChanges", results, invocation);
    return response;
  });
}
