import { once } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { testTask } from "cirrus-pipeline/testing";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { readExample } from "../../test/examples.ts";
import { handler } from "./handler.ts";

const example = await readExample("publish-only.json");
const [scene] = example.features;

interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

interface Asked {
  readonly method: string | undefined;
  readonly path: string | undefined;
  readonly authorization: string | undefined;
}

/** A STAC API's transaction endpoint over a map; `answers` are given first, whatever is asked. */
const items = new Map<string, unknown>();
const asked: Asked[] = [];
const answers: Answer[] = [];
let server: Server;
let url = "";

beforeEach(async () => {
  items.clear();
  asked.length = 0;
  answers.length = 0;
  server = createServer(async (request, response) => {
    const { status, body, headers } = answer(request, JSON.parse(await textOf(request)));
    response.writeHead(status, headers);
    response.end(body === undefined ? "" : typeof body === "string" ? body : JSON.stringify(body));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/stac`; // it listens on a port
  vi.stubEnv("STAC_API_URLS", `https://other.example.org, ${url}/`);
});

afterEach(() => {
  vi.unstubAllEnvs();
  server.close();
});

function answer({ method, url: path, headers: { authorization } }: IncomingMessage, item: { id: string }): Answer {
  asked.push({ method, path, authorization });
  const first = answers.shift();
  if (first !== undefined) return first;
  const address = method === "POST" ? `${path}/${item.id}` : `${path}`;
  if (method === "POST" && items.has(address))
    return { status: 409, body: { code: "ConflictError", description: "exists" } };
  items.set(address, item);
  return method === "POST" ? { status: 201, body: item } : { status: 204 };
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

function publish(
  parameters: object = {},
  { features = example.features, ...options }: { features?: object[]; secrets?: Record<string, string> } = {},
) {
  const process = [{ ...example.process[0], tasks: { publish: { stac_api: url, ...parameters } } }];
  return testTask(handler, { ...example, features, process }, options);
}

const ITEMS = "/stac/collections/landsat-c1-l1/items";
const ITEM = `${ITEMS}/${scene?.id}`;

test("a new item is made in the API, as it lies in the bucket", async () => {
  const { payload } = await publish();
  expect(asked).toEqual([{ method: "POST", path: ITEMS, authorization: undefined }]);
  expect(items.get(ITEM)).toEqual(payload.features[0]);
});

test("an item that is there is replaced, so that publishing twice ends as publishing once", async () => {
  await publish();
  const { payload } = await publish();
  expect(asked.map(({ method, path }) => `${method} ${path}`)).toEqual([
    `POST ${ITEMS}`,
    `POST ${ITEMS}`,
    `PUT ${ITEM}`,
  ]);
  expect(items.get(ITEM)).toEqual(payload.features[0]);
});

test("every item of the payload is put there, not only the first", async () => {
  const features = Array.from({ length: 30 }, (_, index) => ({ ...scene, id: `scene ${index}` }));
  await publish({}, { features });
  expect(items.size).toBe(30);
});

test("the token comes from a secret or from the environment, and goes into the header that is named", async () => {
  await publish(
    { stac_api_token_secret: "cirrus-dev/stac-api-token" },
    { secrets: { "cirrus-dev/stac-api-token": "s3cret" } },
  );
  vi.stubEnv("STAC_TOKEN", "fromenv");
  await publish({ stac_api_token_variable: "STAC_TOKEN" });
  await publish({ stac_api_token_variable: "STAC_TOKEN", stac_api_token_header: "X-API-Key" });
  expect([...new Set(asked.map(({ authorization }) => authorization))]).toEqual([
    "Bearer s3cret",
    "Bearer fromenv",
    undefined,
  ]);
});

test("a token that is not there is an error before anything is published", async () => {
  await expect(publish({ stac_api_token_variable: "STAC_NOTHING" })).rejects.toThrow("STAC_NOTHING is not set");
  await expect(publish({ stac_api_token_secret: "none" })).rejects.toMatchObject({ name: "SecretUnavailable" });
  expect(asked).toEqual([]);
});

test("a token that no header may have is refused without being shown", async () => {
  const failing = publish({ stac_api_token_secret: "token" }, { secrets: { token: "s3c\nret" } });
  await expect(failing).rejects.toMatchObject({
    name: "InvalidInput",
    message: expect.stringContaining("token holds"),
  });
  await expect(failing).rejects.not.toThrow(/s3c|ret"/);
  await publish({ stac_api_token_secret: "token" }, { secrets: { token: "s3cret\n" } });
  expect(asked[0]?.authorization).toBe("Bearer s3cret");
});

test("the task's own credentials are no token, and an address holds none", async () => {
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "own");
  await expect(publish({ stac_api_token_variable: "AWS_SECRET_ACCESS_KEY" })).rejects.toThrow(/belongs to the machine/);
  const withPassword = url.replace("//", "//name:pass@");
  vi.stubEnv("STAC_API_URLS", withPassword);
  const failing = publish({ stac_api: withPassword });
  await expect(failing).rejects.toThrow(/holds a name and a password/);
  await expect(failing).rejects.not.toThrow(/pass@/);
  expect(asked).toEqual([]);
});

test("a payload cannot send items or tokens to an API that the project does not name", async () => {
  vi.stubEnv("STAC_API_URLS", "https://stac.example.org");
  await expect(publish()).rejects.toMatchObject({
    name: "InvalidInput",
    message: expect.stringContaining("custom.publish.StacApis"),
  });
  expect(asked).toEqual([]);
});

test("a busy API is asked again, and takes the item once", async () => {
  answers.push({ status: 429, headers: { "retry-after": "2" } }, { status: 503, body: "<html>proxy</html>" });
  await publish();
  expect(asked).toHaveLength(3);
  expect(items.size).toBe(1);
});

test("an API that stays busy is the workflow's to try again", async () => {
  answers.push(...Array.from({ length: 4 }, () => ({ status: 502, body: "<html>Bad gateway</html>" })));
  await expect(publish()).rejects.toMatchObject({
    name: "TransientError",
    message: expect.stringMatching(/Item LC08.*POST http:.*answered 502 with an HTML page/),
  });
});

test("an API that is away is one too", async () => {
  server.close();
  server.closeAllConnections();
  await once(server, "close");
  await expect(publish()).rejects.toMatchObject({
    name: "TransientError",
    message: expect.stringContaining("ECONNREFUSED"),
  });
});

test.each([
  [
    { status: 400, body: { description: "geometry is wrong" } },
    "InvalidInput",
    /answered 400: geometry is wrong\. Correct the item/,
  ],
  [{ status: 422, body: { detail: [{ loc: ["bbox"] }] } }, "InvalidInput", /answered 422: \[\{"loc":\["bbox"\]\}\]/],
  [{ status: 404, body: { detail: "Collection not found" } }, "InvalidInput", /Make the collection in the API first/],
  [
    { status: 401, body: { message: "Unauthorized" } },
    "StacApiRefused",
    /answered 401: Unauthorized\. Check the token/,
  ],
  [{ status: 405 }, "StacApiRefused", /no transaction endpoint/],
  [
    { status: 301, headers: { location: "https://elsewhere.example.org/" } },
    "StacApiRefused",
    /leads to https:\/\/elsewhere/,
  ],
])("%j is an error that says what to do", async (first, name, message) => {
  answers.push(first);
  await expect(publish()).rejects.toMatchObject({ name, message: expect.stringMatching(message) });
  expect(asked).toHaveLength(1);
});

test("an item without collection cannot go into an API", async () => {
  const { collection: _, ...features } = scene ?? { id: "" };
  const process = [
    { workflow: "w", upload_options: { path_template: "items" }, tasks: { publish: { stac_api: url } } },
  ];
  await expect(testTask(handler, { ...example, process, features: [features] })).rejects.toThrow(/has no collection/);
});
