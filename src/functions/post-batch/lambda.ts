/** post-batch as a Lambda, called by workflows. The name of what it throws is the error that the workflow sees. */
import type { Json } from "../../json.ts";
import { type MakePorts, makeLambda } from "../lambda/make-lambda.ts";
import { type BatchPorts, batchPorts } from "../wiring.ts";
import { postBatch } from "./post-batch.ts";

export function postBatchLambda(makePorts: MakePorts<BatchPorts> = batchPorts) {
  return makeLambda<Json, Json, BatchPorts>(makePorts, (event, { ports }) => postBatch(event, ports));
}
