/** Counts payloads by workflow, collections and state. */
import { tallyLambda } from "cirrus-pipeline/functions";

export const handler = tallyLambda();
