/** Ends a task's turn in a loop and begins the next one. */
import { takeTurnLambda } from "cirrus-pipeline/functions/take-turn";

export const handler = takeTurnLambda();
