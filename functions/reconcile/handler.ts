/** Finds payloads that have not moved for too long and brings them up to date. */
import { reconcileLambda } from "cirrus-pipeline/functions/reconcile";

export const handler = reconcileLambda();
