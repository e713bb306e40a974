/** What a program finds in its environment besides the endpoint's address and credentials. */
import { expect, test } from "vitest";
import { withEndpoint } from "../../../src/embedded/s3/with-endpoint.ts";
import { startEndpoint } from "./start-endpoint.ts";

test.each([
  [{}, "127.0.0.1", "127.0.0.1"],
  [{ NO_PROXY: "example.com" }, "example.com,127.0.0.1", "example.com,127.0.0.1"],
  [{ NO_PROXY: "a.example", no_proxy: "b.example" }, "a.example,127.0.0.1", "b.example,127.0.0.1"],
  [{ no_proxy: "*" }, "*", "*"],
])("of %j a program asks the endpoint straight, whatever proxy it has", async (given, NO_PROXY, no_proxy) => {
  const endpoint = await startEndpoint();
  const proxy = { HTTP_PROXY: "http://proxy.example:3128" };
  expect(withEndpoint({ ...proxy, ...given }, endpoint)).toEqual({
    ...{ ...proxy, ...endpoint.environment, NO_PROXY, no_proxy },
  });
});

test("without an endpoint a program has what it was given", () => {
  expect(withEndpoint({ HTTP_PROXY: "http://proxy.example:3128" }, undefined)).toEqual({
    HTTP_PROXY: "http://proxy.example:3128",
  });
});
