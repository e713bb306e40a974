import { once } from "node:events";
import { createServer, get } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { makePublicFetch } from "../../src/feeder/http/public-fetch.ts";

const PARAMETERS = { url: "https://192.0.2.1/stac" };

function askPrepared(url: string, parameters: unknown = PARAMETERS): Promise<string> {
  return makePublicFetch(parameters, async (asked) => new Response(asked))(url, {}).then((response) => response.text());
}

test.each([
  ["http://127.0.0.1:9001/2018-06-01/runtime/invocation/next"],
  ["http://169.254.169.254/latest/meta-data/?token=secret"],
  ["http://[::ffff:169.254.170.2]/v2/credentials"],
  ["http://10.0.0.7/"],
  ["http://2130706433/"],
])("no answer leads a feeder to %s", async (url) => {
  await expect(askPrepared(url)).rejects.toMatchObject({
    name: "UnexpectedAnswer",
    message: expect.stringMatching(/^A redirect or a link leads to http:[^?]*, which is in a private network$/),
  });
});

test("a server that the parameters name may be anywhere, and another port of it is another server", async () => {
  const parameters = { search: { urls: ["http://127.0.0.1:8080/stac"] } };
  const next = "http://127.0.0.1:8080/next?page=2";
  expect(await askPrepared(next, parameters)).toBe(next);
  await expect(askPrepared("http://127.0.0.1:9001/", parameters)).rejects.toThrow(/private network/);
});

test("public servers are asked", async () => {
  expect(await askPrepared("https://192.0.2.1/next")).toBe("https://192.0.2.1/next");
  expect(await askPrepared("https://192.0.2.2/next")).toBe("https://192.0.2.2/next");
});

test("a name is judged by the address that is connected to, unless the parameters name the server", async () => {
  let connections = 0;
  const server = createServer((_request, response) => response.end("hello")).on("connection", () => connections++);
  await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
  onTestFinished(() => void server.close());
  const url = `http://localhost:${(server.address() as AddressInfo).port}/`;
  await expect(makePublicFetch(PARAMETERS)(url, {})).rejects.toMatchObject({
    name: "UnexpectedAnswer",
    message: `A redirect or a link leads to ${url}, which is in a private network`,
  });
  await expect(makePublicFetch(PARAMETERS)(url.replace("http", "HTTPS"), {})).rejects.toThrow(/private network/);
  expect(connections).toBe(0);
  // Not over a connection either that somebody else has opened and left.
  await once(
    get(url, (response) => response.resume()),
    "close",
  );
  await expect(makePublicFetch(PARAMETERS)(url, {})).rejects.toThrow(/private network/);
  expect(connections).toBe(1);
  expect(await (await makePublicFetch({ url })(url, {})).text()).toBe("hello");
});

test("a name that has no address is told as one", async () => {
  await expect(makePublicFetch(PARAMETERS)("https://nowhere.invalid/", {})).rejects.toThrow(/nowhere\.invalid/);
});
