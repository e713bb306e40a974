/** Requests to the HTTP API of cloudformation/api.yml, as they come to a Lambda. */
import type { LambdaContext, LambdaEvent } from "hono/aws-lambda";
import { handle } from "hono/aws-lambda";
import { type Environment, readEnvironment, requireVariable } from "../../env.ts";
import { makeLambda } from "../../functions/lambda/make-lambda.ts";
import type { Log } from "../../log.ts";
import { makeApi } from "../app.ts";
import { awsApiPlace } from "./api-place.ts";
import { type Asked, boundedAnswer } from "./bounded-answer.ts";
import { makeGatewayApp, type Page } from "./gateway-app.ts";

type Handle = (event: LambdaEvent) => Promise<unknown>;

export function answerRequests(pageOf: (environment: Environment) => Page | undefined) {
  const makePorts = (log: Log): Promise<Handle> => handleRequests(log, readEnvironment(), pageOf);
  return makeLambda<LambdaEvent, unknown, Handle>(makePorts, (event, { ports }) => ports(event));
}

/** What is made for requests is made once. */
async function handleRequests(
  log: Log,
  environment: Environment,
  pageOf: (environment: Environment) => Page | undefined,
): Promise<Handle> {
  const { ports, settings } = await awsApiPlace(log, environment);
  const app = makeGatewayApp({
    api: makeApi(ports, settings),
    groups: {
      operate: requireVariable(environment, "CIRRUS_API_OPERATE_GROUP"),
      read: environment.CIRRUS_API_READ_GROUP,
    },
    page: pageOf(environment),
  });
  const answer = handle(app, { isContentTypeBinary });
  return async (event) => boundedAnswer(await answer(event, NO_CONTEXT), askedOf(event), settings.flags);
}

/** Of an event of an HTTP API, the only one of those that the adapter knows that comes here. */
function askedOf(event: LambdaEvent): Asked {
  const { rawPath = "", rawQueryString = "" } = event as { rawPath?: string; rawQueryString?: string };
  return { path: rawPath, query: new URLSearchParams(rawQueryString) };
}

/** Nothing of it is read: the adapter only passes it on. */
const NO_CONTEXT = {} as LambdaContext;

/** API Gateway takes what is no text as base64. */
function isContentTypeBinary(type: string): boolean {
  return !/^(?:text\/|application\/(?:[\w.+-]*json|javascript|xml))|charset=/i.test(type);
}
