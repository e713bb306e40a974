/** `cirrus-pipeline/api`: the API as Lambdas. */
export { apiLambda, operateLambda } from "./lambda.ts";
