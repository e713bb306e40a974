/** A parameter that a route does not know is refused: one that is misspelt would otherwise choose everything. */
import type { MiddlewareHandler } from "hono";
import { matchedRoutes } from "hono/route";
import { ZodObject } from "zod";
import { suggest } from "../nearest.ts";
import { answerParameters } from "./answers.ts";
import type { Api, ApiEnv } from "./app.ts";
import type { Problem } from "./shapes/problem.ts";

export function refuseUnknownParameters(api: Api): MiddlewareHandler<ApiEnv> {
  let known: ReadonlyMap<string, readonly string[]> | undefined;
  return async (context, next) => {
    // When the first request comes all routes are there.
    known ??= parametersOf(api);
    const names = matchedRoutes(context).flatMap(({ method, path }) => known?.get(`${method} ${path}`) ?? []);
    const isRoute = matchedRoutes(context).some(({ method, path }) => known?.has(`${method} ${path}`));
    const unknown = isRoute ? unknownParameters(context.req.queries(), names) : [];
    return unknown.length === 0 ? next() : answerParameters(context, unknown);
  };
}

export function unknownParameters(given: object, known: readonly string[]): NonNullable<Problem["problems"]> {
  return Object.keys(given)
    .filter((name) => !known.includes(name))
    .map((parameter) => ({
      parameter,
      message: `There is no such parameter here. ${suggest(parameter, known) ?? "There are none."}`,
    }));
}

/** The names of each route's query parameters, by method and path as the router knows them. */
function parametersOf(api: Api): ReadonlyMap<string, readonly string[]> {
  return new Map(
    api.openAPIRegistry.definitions.flatMap((definition) => {
      if (definition.type !== "route") return [];
      const { method, path, request } = definition.route;
      const query = request?.query;
      const names = query instanceof ZodObject ? Object.keys(query.shape) : [];
      return [[`${method.toUpperCase()} ${path.replaceAll(/\{(.+?)\}/g, ":$1")}`, names] as const];
    }),
  );
}
