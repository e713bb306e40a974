/** Records how executions ended and lets what follows happen. */
import { updateStateLambda } from "cirrus-pipeline/functions";

export const handler = updateStateLambda();
