/** The context that Lambda hands to an invocation of a built-in function. */
import type { Context } from "aws-lambda";

export function contextWith(remainingMs: number): Context {
  return {
    functionName: "demo-prod-process",
    functionVersion: "$LATEST",
    invokedFunctionArn: "arn:aws:lambda:us-west-2:1:function:demo-prod-process",
    memoryLimitInMB: "512",
    awsRequestId: "request-1",
    logGroupName: "g",
    logStreamName: "s",
    callbackWaitsForEmptyEventLoop: false,
    getRemainingTimeInMillis: () => remainingMs,
    done() {},
    fail() {},
    succeed() {},
  };
}
