/** Starts the workflows of the payloads that come through the queue. */
import { processLambda } from "cirrus-pipeline/functions/process";

export const handler = processLambda();
