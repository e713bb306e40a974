/** Sends payloads again that are chosen by what became of them, with the input that they had. */
import { rerunLambda } from "cirrus-pipeline/functions/feed-rerun";

export const handler = rerunLambda();
