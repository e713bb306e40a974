/** What Lambda could not hand over is refused in words that lead on. */
import { expect, test } from "vitest";
import { boundedAnswer } from "../../../src/api/aws/bounded-answer.ts";

const MEGABYTE = 1024 * 1024;
const FLAGS = " --stack demo-prod --region us-west-2";

const answerOf = (body: string, isBase64Encoded = false) => ({
  statusCode: 200,
  headers: { "content-type": "application/json" },
  body,
  isBase64Encoded,
});
const ask = (path: string, query = "") => ({ path, query: new URLSearchParams(query) });

test.each([
  ["nothing", ""],
  ["a text just below the limit", "a".repeat(6 * MEGABYTE - 200)],
  ["many letters that are longer in bytes", "é".repeat(2 * MEGABYTE)],
])("%s is answered as it is", async (_what, body) => {
  const answer = answerOf(body);
  expect(await boundedAnswer(answer, ask("/v1/payloads"), FLAGS)).toBe(answer);
});

test.each([
  ["a text", "a".repeat(6 * MEGABYTE)],
  ["letters that are longer in bytes", "é".repeat(3 * MEGABYTE)],
  ["quotes, each of which is sent with a backslash", '"'.repeat(3 * MEGABYTE)],
])("%s above the limit is refused", async (_what, body) => {
  const refused = await boundedAnswer(answerOf(body), ask("/v1/payloads"), FLAGS);
  expect(refused).toMatchObject({ statusCode: 413, isBase64Encoded: false });
  expect(refused.headers["content-type"]).toBe("application/problem+json");
  expect(JSON.parse(refused.body)).toMatchObject({
    type: "too-large",
    status: 413,
    hint: expect.stringContaining("limit="),
  });
});

test.each([
  [
    "/v1/payload/input",
    "id=a/workflow-b/c",
    "npx cirrus payload get a/workflow-b/c --stack demo-prod --region us-west-2",
  ],
  [
    "/v1/payload/output",
    "id=a/workflow-b/it's",
    String.raw`npx cirrus payload get 'a/workflow-b/it'\''s' --output --stack`,
  ],
  ["/v1/executions/mirror/run-1/io", "", "npx cirrus execution output run-1 --workflow mirror --stack"],
  ["/v1/object", "url=s3://data/a b.png", "aws s3 cp 's3://data/a b.png' ."],
])("%s leads to a command that has no such limit", async (path, query, command) => {
  const { body } = await boundedAnswer(answerOf("a".repeat(6 * MEGABYTE), true), ask(path, query), FLAGS);
  expect(JSON.parse(body)).toMatchObject({ hint: expect.stringContaining(command) });
});
