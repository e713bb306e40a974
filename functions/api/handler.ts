/** Answers what is known of payloads, executions, bulk runs and loops, and serves the dashboard. */
import { apiLambda } from "cirrus-pipeline/api";

export const handler = apiLambda();
