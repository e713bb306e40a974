/** Counts payloads by workflow, collections and state. */
import { tallyLambda } from "cirrus-pipeline/functions/tally";

export const handler = tallyLambda();
