// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are a path template's placeholders
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { InvalidInput } from "../../src/errors.ts";
import { fillPathTemplate, tryPathTemplate } from "../../src/payload/path-template.ts";

const item = {
  id: "S2A_33UUP",
  collection: "sentinel-2-l2a",
  properties: {
    datetime: "2024-05-01T10:20:30Z",
    "eo:cloud_cover": 0,
    platform: "sentinel-2a",
    empty: "",
    nothing: null,
    list: [1],
    grid: { code: "33UUP" },
    "dotted.name": "yes",
    climbing: "../up",
    link: "s3://somebody/else",
  },
  assets: { visual: { href: "s3://b/v.tif", title: "Visual" } },
};

describe("a path template is filled", () => {
  test.each([
    ["${collection}/${year}/${month}/${day}/${id}", "sentinel-2-l2a/2024/5/1/S2A_33UUP"],
    ["${collection}/${date}", "sentinel-2-l2a/2024-05-01"],
    ["${properties.platform}/${platform}", "sentinel-2a/sentinel-2a"],
    ["${eo:cloud_cover}/${properties.eo:cloud_cover}", "0/0"],
    ["${grid.code}/${properties.grid.code}/${dotted.name}", "33UUP/33UUP/yes"],
    ["${assets.visual.title}", "Visual"],
    ["${missing?unknown}/${platform?unknown}", "unknown/sentinel-2a"],
    ["/${collection}/${id}/", "sentinel-2-l2a/S2A_33UUP"],
    ["s3://my-bucket/data/${id}", "s3://my-bucket/data/S2A_33UUP"],
    ["s3://my-bucket", "s3://my-bucket"],
    ["s3://${collection}/${id}", "s3://sentinel-2-l2a/S2A_33UUP"],
    ["constant", "constant"],
  ])("%s", (template, expected) => {
    expect(fillPathTemplate(template, item)).toBe(expected);
  });

  test("with the start of a period where an item has no single time", () => {
    const period = {
      id: "a",
      properties: { datetime: null, start_datetime: "2023-12-31T23:59:59Z", end_datetime: "2024-01-02T00:00:00Z" },
    };
    expect(fillPathTemplate("${year}-${month}-${day}", period)).toBe("2023-12-31");
  });
});

describe("a path template is refused with item, template and property", () => {
  test.each([
    ["${missing}/${id}", "has no missing"],
    ["a/${properties.missing}", "has no properties.missing"],
    ["${empty}", "has no empty"],
    ["${nothing}", "has no nothing"],
    ["${list}", "has no list"],
    ["${toString}", "has no toString"],
    ["${missing?}/${id}", "is not a safe path"],
    ["a/${climbing}", "is not a safe path"],
    ["a//b", "is not a safe path"],
    ["./a", "is not a safe path"],
    ["", "is not a safe path"],
    ["/", "is not a safe path"],
    ["https://example.com/${id}", "is not a safe path"],
    ["${link}", "is not a safe path"],
    ["a\\b", "is not a safe path"],
    ["s3://UPPER_case/${id}", "has no valid bucket"],
    ["${id", "not closed"],
  ])("%s", (template, message) => {
    expect(() => fillPathTemplate(template, item)).toThrow(InvalidInput);
    expect(() => fillPathTemplate(template, item)).toThrow(
      `item "S2A_33UUP", path template ${JSON.stringify(template)}: `,
    );
    expect(() => fillPathTemplate(template, item)).toThrow(message);
  });

  test("and leaves the item to those who name it themselves", () => {
    expect(tryPathTemplate("${id}", item)).toEqual({ outcome: "filled", path: "S2A_33UUP" });
    expect(tryPathTemplate("a/${missing}", item)).toEqual({
      outcome: "refused",
      message: 'path template "a/${missing}": the item has no missing',
      hint: "Add it to the item, or write a stand-in: ${missing?unknown}.",
    });
  });

  test("whose item has no date for it", () => {
    expect(() => fillPathTemplate("${year}", { id: "a" })).toThrow("the item has no year");
    expect(() => fillPathTemplate("${date}", { id: "a", properties: { datetime: "soon" } })).toThrow(
      "the item has no date",
    );
  });
});

test("whatever an item holds, the result stays where the template says", () => {
  fc.assert(
    fc.property(fc.string(), fc.constantFrom("data/${x}/${id}", "s3://bucket/${x}"), (x, template) => {
      try {
        const segments = fillPathTemplate(template, { ...item, properties: { x } })
          .replace(/^s3:\/\//, "")
          .split("/");
        expect(segments[0]).toMatch(/^(data|bucket)$/);
        for (const segment of segments) expect(["", ".", ".."]).not.toContain(segment);
      } catch (error) {
        expect(error).toBeInstanceOf(InvalidInput);
      }
    }),
  );
});
