/** Loads a feeder's handler into this process: its payloads go where the command says, and its parameters become options. */
import { type Handler, LoadFailure, loadHandler } from "../../embedded/lambda/lambda-handler.ts";
import { schemaOf } from "../../embedded/schemas/schema-of.ts";
import { addToEnvironment } from "../../env.ts";
import { CirrusError, EXIT } from "../../errors.ts";
import { givenParameters } from "../../feeder/given-parameters.ts";
import type { Json, JsonObject } from "../../json.ts";
import { bindLocally } from "../../project/local/local.ts";
import { lambdaArn } from "../../project/local/local-names.ts";
import type { Component } from "../../project/project.ts";
import { feederSchedules } from "../../runtime/feeders/schedules/feeder-schedules.ts";
import type { FoundFeeder } from "./find-feeder.ts";

export interface LoadedFeeder {
  readonly name: string;
  readonly component: Component;
  readonly handler: Handler;
  /** Of its parameters; undefined where the library that checks them cannot say it. */
  readonly schema: JsonObject | undefined;
  /** Parameters that its definition gives beforehand. */
  readonly given: JsonObject;
  /** What its schedule calls it with, where there is one and it says so. */
  readonly scheduled: Json | undefined;
}

export async function loadFeeder({ project, feeder }: FoundFeeder): Promise<LoadedFeeder> {
  const { name, lambda } = feeder;
  if (lambda?.handlerFile === undefined) {
    throw new CirrusError(`The feeder ${name} has no handler that runs here.`, {
      hint: `See what it has: npx cirrus show feeder ${name} definition`,
      exitCode: EXIT.config,
    });
  }
  // One that nothing calls once it is deployed can still be run by hand.
  const enabled: Component = { ...feeder, lambda: { ...lambda, enabled: true } };
  const bound = bindLocally({ ...project, feeders: new Map([[name, enabled]]) }, { environment: {} });
  const environment = bound.lambdas.get(lambdaArn(project.config, name))?.environment ?? {};
  addToEnvironment(environment);
  const handler = await load(feeder.codeDirectory, lambda.handler, name);
  const schema = parametersOf(handler, name);
  const given = givenParameters(environment);
  const [schedule, ...more] = feederSchedules(project).filter((one) => one.feeder === name);
  return { name, component: feeder, handler, schema, given, scheduled: more.length > 0 ? undefined : schedule?.input };
}

async function load(directory: string, handler: string, name: string): Promise<Handler> {
  try {
    return await loadHandler(directory, handler);
  } catch (cause) {
    if (!(cause instanceof LoadFailure)) throw cause;
    const { errorMessage } = cause.failure;
    throw new CirrusError(`The feeder ${name} cannot be loaded: ${errorMessage}`, { cause, exitCode: EXIT.config });
  }
}

/** As `defineFeeder` leaves it on the handler. */
function parametersOf(handler: Handler, name: string): JsonObject | undefined {
  if (!("feeder" in handler)) {
    throw new CirrusError(`The handler of the feeder ${name} was not made by defineFeeder.`, {
      hint: 'Export `handler = defineFeeder({ … })` of "cirrus-pipeline/feeder".',
      exitCode: EXIT.config,
    });
  }
  const found = schemaOf(handler);
  // Without options for them, an event still says the parameters.
  return "schema" in found ? found.schema : undefined;
}
