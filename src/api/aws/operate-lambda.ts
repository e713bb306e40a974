/** What operators ask for, and what of it goes on behind the answer: one Lambda, for both take the same rights. */
import type { Context } from "aws-lambda";
import type { LambdaEvent } from "hono/aws-lambda";
import { type ActEvent, actLambda } from "../../functions/act/lambda.ts";
import { answerRequests } from "./answer-requests.ts";

export function operateLambda() {
  const answer = answerRequests(() => undefined);
  const goOn = actLambda();
  return (event: LambdaEvent | ActEvent, context: Context): Promise<unknown> =>
    "requestContext" in event ? answer(event, context) : goOn(event, context);
}
