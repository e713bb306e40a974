/** Parameters in words, made from schemas that real schema libraries give. */
import { expect, test } from "vitest";
import * as z from "zod";
import { schemaOf } from "../../../src/embedded/schemas/schema-of.ts";
import type { JsonObject } from "../../../src/json.ts";
import { parameterRows } from "../../../src/project/parameters/parameter-rows.ts";

function rowsOf(parameters: z.ZodType) {
  const found = schemaOf({ task: { name: "a", parameters } });
  if (!("schema" in found)) throw new Error(found.reason);
  return parameterRows(found.schema);
}

test.each<[string, z.ZodType]>([
  ["text", z.string()],
  ["text (URL)", z.url()],
  ["text (date and time)", z.iso.datetime()],
  ["whole number", z.int()],
  ["whole number, 16 to 8192", z.int().min(16).max(8192)],
  ["whole number, at least 16, a multiple of 16", z.int().min(16).multipleOf(16)],
  ["number, more than 0", z.number().positive()],
  ["number, at most 5", z.number().max(5)],
  ["true or false", z.boolean()],
  ['"png", "jpeg" or "webp"', z.enum(["png", "jpeg", "webp"])],
  ['"ALL" or list of texts', z.union([z.literal("ALL"), z.array(z.string())])],
  ["list of 2 numbers", z.tuple([z.number(), z.number()])],
  ["list of 2: number, at least 0; text", z.tuple([z.number().min(0), z.string()])],
  ["text, list of texts or number", z.union([z.string(), z.union([z.array(z.string()), z.number()])])],
  ["list of texts, at least 2", z.array(z.string()).min(2)],
  [
    "list of texts or lists of texts, or number",
    z.union([z.array(z.union([z.string(), z.array(z.string())])), z.number()]),
  ],
  ["map of names to texts", z.record(z.string(), z.string())],
  ["text or null", z.string().nullable()],
  ["anything", z.unknown()],
  ["anything", z.json()],
])("A parameter is a %s", (type, schema) => {
  expect(rowsOf(z.object({ one: schema }))[0]).toMatchObject({ name: "one", type });
});

test("A parameter has its default, or says that it is required, and members of objects have their parents' names", () => {
  const schema = z.object({
    assets: z.array(z.string()).describe("Keys of the assets."),
    size: z.int().min(1).max(9).default(3),
    notify: z.object({ topic: z.string().describe("Who is told."), often: z.boolean().optional() }).optional(),
  });
  expect(rowsOf(schema)).toEqual([
    { name: "assets", type: "list of texts", required: true, default: undefined, meaning: "Keys of the assets." },
    { name: "size", type: "whole number, 1 to 9", required: false, default: "3", meaning: "" },
    { name: "notify", type: "object", required: false, default: undefined, meaning: "" },
    { name: "notify.topic", type: "text", required: true, default: undefined, meaning: "Who is told." },
    { name: "notify.often", type: "true or false", required: false, default: undefined, meaning: "" },
  ]);
});

test("What the values of a map may say is told once, for any key", () => {
  const options = z.object({ nodata: z.number().optional().describe("No measurement.") });
  expect(rowsOf(z.object({ assets: z.record(z.string(), options) })).map(({ name, type }) => [name, type])).toEqual([
    ["assets", "map of names to objects"],
    ["assets.*.nodata", "number"],
  ]);
});

test("A schema that contains itself is read once", () => {
  interface Tree {
    readonly children?: readonly Tree[] | undefined;
  }
  const tree: z.ZodType<Tree> = z.lazy(() => z.object({ children: z.array(tree).optional() })).meta({ id: "Tree" });
  const rows = rowsOf(z.object({ tree }));
  expect(rows.map(({ name, type }) => [name, type])).toEqual([["tree", "object"]]);
});

test("Another library's schema is read by the same standard, and one without JSON Schema says why it has none", () => {
  const standard = (more: object) => ({ "~standard": { version: 1, vendor: "other", validate: () => ({}), ...more } });
  const schema: JsonObject = { type: "object", properties: { a: { type: "string" } } };
  expect(schemaOf({ feeder: { parameters: standard({ jsonSchema: { input: () => schema } }) } })).toEqual({ schema });
  expect(schemaOf({ task: { parameters: standard({}) } })).toEqual({
    reason: "the library of its schema gives no JSON Schema",
  });
  const throwing = () => {
    throw new Error("a symbol has no JSON Schema");
  };
  expect(schemaOf({ task: { parameters: standard({ jsonSchema: { input: throwing } }) } })).toEqual({
    reason: "the library of its schema gave none",
  });
  expect(schemaOf(() => {})).toEqual({ reason: "it was not made by defineTask or defineFeeder" });
});
