/** Starts the workflows of the payloads that come through the queue. */
import { processLambda } from "cirrus-pipeline/functions";

export const handler = processLambda();
