/** Goes on with what operators asked for through the API and takes longer than the answer. */
import { actLambda } from "cirrus-pipeline/functions";

export const handler = actLambda();
