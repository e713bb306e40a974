/** Does what operators ask for through the API, and goes on with what takes longer than the answer. */
import { operateLambda } from "cirrus-pipeline/api";

export const handler = operateLambda();
