/** Hands the result of a Batch job, or its error, back to the workflow. */
import { postBatchLambda } from "cirrus-pipeline/functions/post-batch";

export const handler = postBatchLambda();
