/** pre-batch as a Lambda, called by workflows. */
import type { Json } from "../../json.ts";
import { type MakePorts, makeLambda } from "../lambda/make-lambda.ts";
import { type BatchPorts, batchPorts } from "../wiring.ts";
import { type BatchUrls, preBatch } from "./pre-batch.ts";

export function preBatchLambda(makePorts: MakePorts<BatchPorts> = batchPorts) {
  return makeLambda<Json, BatchUrls, BatchPorts>(makePorts, (event, { ports }) => preBatch(event, ports));
}
