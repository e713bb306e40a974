/** The API as a Lambda: one deployment of it only reads, another one does what operators ask for. */
import { join } from "node:path";
import type { Context } from "aws-lambda";
import type { LambdaContext, LambdaEvent } from "hono/aws-lambda";
import { handle } from "hono/aws-lambda";
import { type Environment, readEnvironment, requireVariable } from "../../env.ts";
import { type ActEvent, actLambda } from "../../functions/act/lambda.ts";
import { makeLambda } from "../../functions/lambda/make-lambda.ts";
import type { Log } from "../../log.ts";
import { makeApi } from "../app.ts";
import { awsApiPlace } from "./api-place.ts";
import { makeGatewayApp, type SignIn } from "./gateway-app.ts";

type Handle = (event: LambdaEvent) => Promise<unknown>;

/** Behind the HTTP API of cloudformation/api.yml. */
export function apiLambda(makePorts: (log: Log) => Promise<Handle> = handleRequests) {
  return makeLambda<LambdaEvent, unknown, Handle>(makePorts, (event, { ports }) => ports(event));
}

/** Answers requests; what is made for that is made once. */
export async function handleRequests(log: Log, environment: Environment = readEnvironment()): Promise<Handle> {
  const { ports, settings } = await awsApiPlace(log, environment);
  const app = makeGatewayApp({
    api: makeApi(ports, settings),
    groups: {
      operate: requireVariable(environment, "CIRRUS_API_OPERATE_GROUP"),
      read: environment.CIRRUS_API_READ_GROUP,
    },
    signIn: signInOf(environment),
    // Put into its zip by the bundler.
    page: join(requireVariable(environment, "LAMBDA_TASK_ROOT"), "dashboard"),
  });
  const answer = handle(app, { isContentTypeBinary });
  return (event) => answer(event, NO_CONTEXT);
}

/** Nothing of it is read: the adapter only passes it on. */
const NO_CONTEXT = {} as LambdaContext;

/** API Gateway takes what is no text as base64. */
function isContentTypeBinary(type: string): boolean {
  return !/^(?:text\/|application\/(?:[\w.+-]*json|javascript|xml))|charset=/i.test(type);
}

function signInOf(environment: Environment): SignIn | undefined {
  const { CIRRUS_API_ISSUER: issuer, CIRRUS_API_SCOPE: scope = "openid" } = environment;
  if (issuer === undefined) return undefined;
  const clientId = requireVariable(environment, "CIRRUS_API_CLIENT_ID");
  return { issuer, clientId, scope, origin: environment.CIRRUS_API_SIGN_IN_ORIGIN };
}

/** What operators ask for, and what of it goes on behind the answer: one function, for both take the same rights. */
export function operateLambda() {
  const answer = apiLambda();
  const goOn = actLambda();
  return (event: LambdaEvent | ActEvent, context: Context): Promise<unknown> =>
    "requestContext" in event ? answer(event, context) : goOn(event, context);
}
