/**
 * `cirrus-pipeline/functions`: the built-in functions as Lambdas, and what a project needs to write its own in their place.
 * Each is also `cirrus-pipeline/functions/<name>`, with which a bundle reads nothing of the others.
 */
export { type ActEvent, type ActSummary, actLambda } from "./act/lambda.ts";
export { rerunLambda } from "./feed-rerun/lambda.ts";
export { type Invocation, type MakePorts, makeLambda } from "./lambda/make-lambda.ts";
export type { FunctionPorts, PayloadSettings } from "./ports.ts";
export { postBatchLambda } from "./post-batch/lambda.ts";
export { preBatchLambda } from "./pre-batch/lambda.ts";
export type { BatchUrls } from "./pre-batch/pre-batch.ts";
export { processLambda } from "./process/lambda.ts";
export { reconcileLambda } from "./reconcile/lambda.ts";
export { type SuperviseEvent, superviseLambda } from "./supervise/lambda.ts";
export { type TakeTurnEvent, takeTurnLambda } from "./take-turn/lambda.ts";
export { tallyLambda } from "./tally/lambda.ts";
export { updateStateLambda } from "./update-state/lambda.ts";
export { type BatchPorts, batchPorts, functionPorts } from "./wiring.ts";
