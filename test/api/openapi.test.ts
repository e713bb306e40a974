/** The document of all routes, and that each route answers as it says. */
import { join } from "node:path";
import { Validator } from "@seriousme/openapi-schema-validator";
import { describe, expect, onTestFinished, test } from "vitest";
import { ZodObject, ZodType } from "zod";
import { makeApi } from "../../src/api/app.ts";
import { problem } from "../../src/api/shapes/problem.ts";
import type { Json } from "../../src/json.ts";
import { openBulkHere } from "../../src/queue/open-here.ts";
import { openLoopsHere } from "../../src/scheduler/open-here.ts";
import { payloadText, taskFiles, workflowFiles } from "../cli/temporary-project.ts";
import { temporaryFolder } from "../embedded/temporary-folder.ts";
import { type ApiWorld, makeApiWorld } from "./api-world.ts";
import { runPayloads } from "./run-payloads.ts";

const handler = "export const handler = async (payload) => payload;\n";
const FILES = { ...taskFiles("copy", handler), ...workflowFiles("mirror", "copy") };

/** With everything that may be there, as far as nothing has happened in it yet. */
function makeWholeWorld(maxExecutions = 0): ApiWorld {
  const nowhere = join(temporaryFolder(), "nothing");
  const bulk = openBulkHere(nowhere, { create: false });
  const loops = openLoopsHere(nowhere, { create: false });
  onTestFinished(() => {
    bulk.close();
    loops.close();
  });
  const ports = { bulk, loops: { ...loops, resolveCommit: async () => undefined } };
  return makeApiWorld({ files: FILES, maxExecutions, ports });
}

interface Route {
  readonly method: string;
  readonly path: string;
  readonly answer: ZodType | undefined;
  readonly params: readonly string[];
  /** Of the query: those that have to be there, and all. */
  readonly required: readonly string[];
  readonly known: readonly string[];
}

/** As the API registers them. */
function routesOf({ ports }: ApiWorld): readonly Route[] {
  const settings = {
    version: "1",
    place: "here",
    service: "demo",
    flags: "",
    live: "poll",
    shownUrls: [],
    corsOrigins: [],
  };
  const api = makeApi(ports, { ...settings, live: "poll" });
  return api.openAPIRegistry.definitions.flatMap((definition) => {
    if (definition.type !== "route") return [];
    const { method, path, request, responses } = definition.route;
    const query = request?.query instanceof ZodObject ? request.query.shape : {};
    const answer = responses[200];
    const content = answer && "content" in answer ? answer.content?.["application/json"] : undefined;
    const schema = content && "schema" in content ? content.schema : undefined;
    return {
      method,
      path,
      // What is no schema of zod would be one of JSON, written by hand.
      answer: schema instanceof ZodType ? schema : undefined,
      params: [...path.matchAll(/\{(.+?)\}/g)].map(([, name = ""]) => name),
      // A value that may be missing is one that undefined is.
      required: Object.keys(query).filter((name) => !(query[name] as ZodType).safeParse(undefined).success),
      known: Object.keys(query),
    };
  });
}

function addressOf({ path, params, required }: Route, values: Readonly<Record<string, string>> = {}): string {
  const filled = params.reduce(
    (text, name) => text.replace(`{${name}}`, encodeURIComponent(values[name] ?? "nothing")),
    path,
  );
  const query = required.map((name): [string, string] => [name, values[name] ?? "nothing"]);
  return `${filled}?${new URLSearchParams(query)}`;
}

describe("the document of all routes", () => {
  test("is sound OpenAPI 3.1, and names every route that the router knows", async () => {
    const world = makeWholeWorld();
    const response = await world.request("/v1/openapi.json");
    const document = (await response.json()) as { paths: Record<string, Record<string, object>> };
    const result = await new Validator().validate(document);
    expect(result.errors ?? []).toEqual([]);
    expect(result.valid).toBe(true);

    const listed = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replaceAll(/\{(.+?)\}/g, ":$1")}`),
    );
    const settings = { version: "1", place: "here", service: "demo", flags: "", shownUrls: [], corsOrigins: [] };
    const { routes } = makeApi(world.ports, { ...settings, live: "events" });
    const routed = routes.filter(({ method, path }) => method !== "ALL" && !path.includes("{"));
    expect(routed.map(({ method, path }) => `${method} ${path}`).filter((route) => !listed.includes(route))).toEqual(
      [],
    );
    for (const [path, methods] of Object.entries(document.paths)) {
      for (const method of Object.values(methods)) expect({ path, ...method }).toHaveProperty("summary");
    }
  });
});

describe("every route", () => {
  test("answers as it says: with its shape, or with a problem document of the status that it has", async () => {
    const world = makeWholeWorld(2);
    const [id = ""] = await runPayloads(world, [payloadText("mirror", "scene")]);
    const [record] = await world.ports.functions.state.get([id]);
    const known = {
      id,
      workflow: "mirror",
      name: record?.execution ?? "",
      collections: "demo",
      items: "scene",
      payload_id: id,
    };
    const found: string[] = [];
    for (const route of routesOf(world).filter(({ method }) => method === "get")) {
      for (const values of [{}, known]) {
        const address = addressOf(route, values);
        const response = await world.request(address);
        if (response.status === 200 && route.answer !== undefined) {
          const body = (await response.json()) as Json;
          expect({ address, body }).toEqual({ address, body: route.answer.parse(body) });
          found.push(route.path);
        } else if (response.status !== 200) {
          expect({ address, type: response.headers.get("Content-Type") }).toEqual({
            address,
            type: "application/problem+json",
          });
          const told = problem.parse(await response.json());
          expect({ address, status: told.status }).toEqual({ address, status: response.status });
          expect({ address, status: [400, 403, 404].includes(told.status) }).toEqual({ address, status: true });
        }
      }
    }
    // Of a project with one payload these have something to tell.
    expect(found).toEqual(
      expect.arrayContaining([
        "/",
        "/stats",
        "/v1/home",
        "/v1/payloads",
        "/v1/payload",
        "/v1/executions/{workflow}/{name}",
        "/v1/executions/{workflow}/{name}/events",
        "/v1/workflows",
        "/{collections}/workflow-{workflow}/items",
        "/{collections}/workflow-{workflow}/{items}",
        "/item/{payload_id}",
      ]),
    );
  });

  test("refuses a parameter that it does not know, a page of no size, and a cursor of nowhere", async () => {
    const world = makeWholeWorld();
    for (const route of routesOf(world).filter(({ method }) => method === "get")) {
      const address = addressOf(route);
      // One payload alone is no list: it has no parameters, and nobody misspells them.
      if (route.path.endsWith("{items}") || route.path.startsWith("/item/")) continue;
      const wrong = [
        ["unheard-of", "1"],
        ...(route.known.includes("limit") ? ["0", "-1", "1.5", "x", "1e9"].map((limit) => ["limit", limit]) : []),
        ...["cursor", "nextkey"].flatMap((name) => (route.known.includes(name) ? [[name, "nowhere"]] : [])),
      ];
      for (const [name = "", value = ""] of wrong) {
        const asked = `${address}&${new URLSearchParams([[name, value]])}`;
        const response = await world.request(asked);
        const { status } = response;
        // What is asked for may be missing before anybody looks at the cursor.
        expect({ asked, refused: status === 400 || (name.endsWith("r") && status === 404) }).toEqual({
          asked,
          refused: true,
        });
        const told = problem.parse(await response.json());
        if (name === "unheard-of") expect(told.problems?.[0]).toMatchObject({ parameter: "unheard-of" });
      }
    }
  });
});
