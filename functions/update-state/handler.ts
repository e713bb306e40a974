/** Records how executions ended and lets what follows happen. */
import { updateStateLambda } from "cirrus-pipeline/functions/update-state";

export const handler = updateStateLambda();
