/** `cirrus-pipeline/api`: the API as Lambdas. */
export { apiLambda } from "./lambda.ts";
export { operateLambda } from "./operate-lambda.ts";
