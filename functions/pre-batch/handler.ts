/** Puts a payload where a Batch job can read it. */
import { preBatchLambda } from "cirrus-pipeline/functions/pre-batch";

export const handler = preBatchLambda();
