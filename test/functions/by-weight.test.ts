/** Messages that name large payloads are handled a few at a time, in every form in which they come. */
import { expect, test } from "vitest";
import { byWeight } from "../../src/functions/lambda/by-weight.ts";

const url = JSON.stringify({ url: "s3://payloads/a.json" });
const heavy = [
  url,
  JSON.stringify({ Type: "Notification", Message: url }, undefined, 2),
  JSON.stringify({ detail: { input: "{}", output: url } }),
  JSON.stringify({ Message: JSON.stringify({ detail: { output: url } }) }),
];
const light = ["no JSON", JSON.stringify({ features: [{ assets: { a: { href: "s3://b/c.tif" } } }] })];

async function groupsOf(bodies: readonly string[], deadline = new AbortController().signal) {
  const groups: string[][] = [];
  const results = await byWeight(
    bodies.map((body) => ({ body })),
    async (some) => {
      groups.push(some.map(({ body }) => body));
      return some;
    },
    deadline,
  );
  return { groups, results: results.length };
}

test("all the others come first and at once", async () => {
  const all = [...heavy, ...light, ...heavy];
  expect(await groupsOf(all)).toEqual({ groups: [light, heavy, heavy], results: all.length });
  expect(await groupsOf(light)).toEqual({ groups: [light], results: light.length });
  expect(await groupsOf([])).toEqual({ groups: [], results: 0 });
});

test("none is begun behind the deadline", async () => {
  expect(await groupsOf([...heavy, ...heavy], AbortSignal.abort())).toEqual({ groups: [heavy], results: heavy.length });
});
