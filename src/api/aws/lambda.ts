/** The API as the Lambda that only reads, with the page. */
import { join } from "node:path";
import { type Environment, requireVariable } from "../../env.ts";
import { answerRequests } from "./answer-requests.ts";
import type { Page } from "./gateway-app.ts";

export function apiLambda() {
  return answerRequests(pageOf);
}

function pageOf(environment: Environment): Page | undefined {
  const { CIRRUS_API_ISSUER: issuer, CIRRUS_API_SCOPE: scope = "openid" } = environment;
  if (issuer === undefined) return undefined;
  const clientId = requireVariable(environment, "CIRRUS_API_CLIENT_ID");
  return {
    // Put into its zip by the bundler.
    folder: join(requireVariable(environment, "LAMBDA_TASK_ROOT"), "dashboard"),
    signIn: { issuer, clientId, scope, origin: environment.CIRRUS_API_SIGN_IN_ORIGIN },
  };
}
