import { expect, test } from "vitest";
import {
  type Field,
  fieldsOf,
  fillField,
  optionText,
  workflowOf,
} from "../../../dashboard/src/views/payload/parameter-fields.ts";

const PARAMETERS = {
  warp: {
    type: "object",
    properties: {
      assets: { type: "array", items: { type: "string" }, description: "Keys of the assets." },
      size: { type: "integer", minimum: 16, maximum: 9007199254740991, default: 256 },
      crs: { type: "string", pattern: "^EPSG:" },
      format: { type: "string", enum: ["png", "jpeg"], default: "png" },
      batch: { type: "boolean", default: false },
      cut: { type: "array", prefixItems: [{ type: "number" }], default: [2, 98] },
    },
    required: ["assets", "crs"],
  },
};
const textOf = (tasks?: unknown) =>
  JSON.stringify(
    { type: "FeatureCollection", process: [{ workflow: "mirror", ...(tasks !== undefined && { tasks }) }] },
    null,
    2,
  );

function fields(text: string): Readonly<Record<string, Field>> {
  const [task] = fieldsOf(text, PARAMETERS) ?? [];
  return Object.fromEntries((task?.fields ?? []).map((field) => [field.name, field]));
}

function fill(text: string, name: string, entered: string) {
  const field = fields(text)[name];
  if (field === undefined) throw new Error(`no field ${name}`);
  return fillField(text, "warp", field, entered);
}

const filled = (text: string, name: string, entered: string) => {
  const done = fill(text, name, entered);
  if (done.outcome === "problem") throw new Error(done.message);
  return JSON.parse(done.text).process[0].tasks?.warp;
};

test("Each parameter is a field of its kind, with what the payload says and what stands for it otherwise", () => {
  expect(fields(textOf({ warp: { assets: ["red", "nir"], size: 32, cut: [1, 2], batch: true } }))).toMatchObject({
    assets: { kind: "texts", text: "red, nir", required: true, meaning: "Keys of the assets." },
    size: { kind: "number", isWhole: true, min: 16, text: "32", fallback: "256", required: false },
    crs: { kind: "text", pattern: "^EPSG:", text: "", fallback: undefined, required: true },
    format: { kind: "choice", options: ['"png"', '"jpeg"'], text: "", fallback: '"png"' },
    batch: { kind: "choice", options: ["true", "false"], text: "true" },
    cut: { kind: "json", text: "[1,2]", fallback: "[2,98]" },
  });
  expect(fields(textOf()).size).not.toHaveProperty("max");
  expect([optionText('"png"'), optionText("true")]).toEqual(["png", "true"]);
});

test("What is entered goes into the payload, and an empty field leaves it to the default", () => {
  const text = textOf({ warp: { crs: "EPSG:4326" } });
  expect(filled(text, "assets", " red ,nir, ")).toEqual({ crs: "EPSG:4326", assets: ["red", "nir"] });
  expect(filled(text, "size", "64")).toMatchObject({ size: 64 });
  expect(filled(text, "format", '"jpeg"')).toMatchObject({ format: "jpeg" });
  expect(filled(text, "batch", "true")).toMatchObject({ batch: true });
  expect(filled(text, "cut", "[5, 95]")).toMatchObject({ cut: [5, 95] });
  expect(filled(text, "crs", "")).toEqual({});
  expect(filled(textOf(), "crs", "EPSG:3857")).toEqual({ crs: "EPSG:3857" });
});

test("The rest of the payload stays as it is written", () => {
  const text = `{ "process":   [{ "workflow": "mirror", "tasks": { "warp": { "crs": "a" } } }], "features": [ 1.50 ] }`;
  const done = fill(text, "crs", "b");
  expect(done).toEqual({ outcome: "text", text: text.replace('"a"', '"b"') });
});

test.each([
  ["size", "1.5", /whole number/],
  ["size", "many", /no number/],
  ["cut", "[1,", /no JSON/],
])("%s: %s cannot be taken", (name, entered, message) => {
  expect(fill(textOf(), name, entered)).toMatchObject({ outcome: "problem", message: expect.stringMatching(message) });
});

test("A value that is of another kind than its parameter is shown as JSON, and stays", () => {
  const text = textOf({ warp: { size: "big", assets: "ALL", batch: "yes", crs: ["a"] } });
  expect(fields(text)).toMatchObject({
    size: { kind: "json", text: '"big"' },
    assets: { kind: "json", text: '"ALL"' },
    batch: { kind: "choice", options: ["true", "false", '"yes"'], text: '"yes"' },
    crs: { kind: "json", text: '["a"]' },
  });
});

test("A text that is no payload has no form, and neither have lists of tasks as older payloads have them", () => {
  for (const text of ["{", "[]", '{ "process": {} }', textOf([{ name: "warp" }])]) {
    expect(fieldsOf(text, PARAMETERS)).toBeUndefined();
  }
  expect(fieldsOf(textOf(), { other: { anyOf: [] } })).toEqual([]);
  expect(workflowOf("{")).toBeUndefined();
  expect(workflowOf(textOf())).toBe("mirror");
});
