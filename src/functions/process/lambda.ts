/** process as a Lambda: messages of its queue in, those that are to come again out. */
import type { SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import { extractRecords } from "../../payload/extract.ts";
import { byWeight } from "../lambda/by-weight.ts";
import { type MakePorts, makeLambda } from "../lambda/make-lambda.ts";
import { countOutcomes } from "../lambda/outcome-metrics.ts";
import { answerBatch } from "../lambda/queue-batch.ts";
import type { FunctionPorts } from "../ports.ts";
import { functionPorts } from "../wiring.ts";
import { processRecords } from "./process.ts";

export function processLambda(makePorts: MakePorts<FunctionPorts> = functionPorts) {
  return makeLambda<SQSEvent, SQSBatchResponse, FunctionPorts>(makePorts, async (event, invocation) => {
    const { ports, log, deadline } = invocation;
    const handle = async (records: readonly SQSRecord[]) => {
      const outcomes = await processRecords(extractRecords({ Records: records }), ports, deadline);
      return outcomes.map(({ record, ...outcome }) => ({ ...outcome, messageId: record.itemIdentifier }));
    };
    const handleAll = (records: readonly SQSRecord[]) => byWeight(records, handle, deadline);
    const { response, results } = await answerBatch(event.Records, handleAll, { log });
    countOutcomes("Payloads", results, invocation);
    return response;
  });
}
