import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { InvalidInput } from "../../src/errors.ts";
import { compileChainFilter } from "../../src/payload/chain-filter.ts";

const items = [
  { id: "fake-1", properties: { gsd: -1, "eo:cloud_cover": 5, platform: "sentinel-2a", ok: true, none: null } },
  {
    id: "fake-2",
    properties: { gsd: 10, "eo:cloud_cover": 80, platform: "sentinel-2b", ok: false },
    bands: ["red", "nir"],
  },
  { id: "real-3", properties: { gsd: 0, platform: "landsat-8" } },
];

function idsOf(filter: string): unknown[] {
  return compileChainFilter(filter)
    .select(items)
    .map((item) => (item as { id: string }).id);
}

describe("a chain filter selects", () => {
  test.each([
    ["@.id =~ 'fake*' & @.properties.gsd <= 0", ["fake-1"]],
    ["@.id == 'fake-1'", ["fake-1"]],
    ['@.id = "fake-1"', ["fake-1"]],
    ["@.id != 'fake-1'", ["fake-2", "real-3"]],
    ["@.properties.gsd < 0", ["fake-1"]],
    ["@.properties.gsd > 0", ["fake-2"]],
    ["@.properties.gsd >= 0", ["fake-2", "real-3"]],
    ["@.properties.gsd >= -1e0", ["fake-1", "fake-2", "real-3"]],
    ["@.properties.platform > 'landsat-9'", ["fake-1", "fake-2"]],
    ["@.properties['eo:cloud_cover'] < 50.5", ["fake-1"]],
    ["@.properties.eo:cloud_cover < 50", ["fake-1"]],
    ["@.properties.'eo:cloud_cover' < 50", ["fake-1"]],
    ["@['properties'][\"gsd\"] == 10", ["fake-2"]],
    ["@.bands[0] == 'red'", ["fake-2"]],
    ["@.bands[-1] == 'nir'", ["fake-2"]],
    ["@.properties.ok == true", ["fake-1"]],
    ["@.properties.ok != true", ["fake-2"]],
    ["@.properties.eo:cloud_cover", ["fake-1", "fake-2"]],
    ["!@.properties.eo:cloud_cover", ["real-3"]],
    ["@.properties.none == null", ["fake-1", "fake-2", "real-3"]],
    ["@.properties.gsd != null", ["fake-1", "fake-2", "real-3"]],
    ["@.properties.missing != 5", []],
    ["@.properties.missing == @.properties.absent", []],
    ["@.properties.missing <= 5", []],
    ["@.properties.gsd == '10'", []],
    ["@.properties.gsd =~ '1'", []],
    ["@.id =~ '2$'", ["fake-2"]],
    ["@.id =~ '^\\w+-\\d$'", ["fake-1", "fake-2", "real-3"]],
    ["@.id == 'real-3' | @.id == 'fake-1'", ["fake-1", "real-3"]],
    ["@.id == 'real-3' || @.id == 'fake-1' && @.properties.gsd > 0", ["real-3"]],
    ["(@.id == 'real-3' || @.id == 'fake-1') && @.properties.gsd < 0", ["fake-1"]],
    ["!(@.id =~ 'fake' & @.properties.gsd > 0)", ["fake-1", "real-3"]],
    ["10 == @.properties.gsd", ["fake-2"]],
    ["$.features[?(@.id == 'fake-2')]", ["fake-2"]],
    ["  $.features[?(@.id == 'fake-2')]\n", ["fake-2"]],
    ["@.toString", []],
    ["@.properties.length", []],
    ["@", ["fake-1", "fake-2", "real-3"]],
  ])("%s", (filter, expected) => {
    expect(idsOf(filter)).toEqual(expected);
  });

  test("a quote within quotes where a backslash stands before it", () => {
    expect(compileChainFilter("@.id == 'it\\'s'").select([{ id: "it's" }])).toHaveLength(1);
  });

  test("nothing out of what is no item", () => {
    expect(compileChainFilter("@.id").select([null, 5, "id", ["id"]])).toEqual([]);
  });
});

describe("a chain filter is refused with its text, the position and what was expected", () => {
  test.each([
    ["", 1, "a member such as @.id"],
    ["@.id ==", 8, "a member such as @.id"],
    ["@.id == 'a", 9, "a closing quote"],
    ["@.id === 'a'", 8, "a member such as @.id"],
    ["@.id 'a'", 6, "the end of the filter"],
    ["(@.id", 6, "a closing parenthesis"],
    ["@.id)", 5, "the end of the filter"],
    ["@.", 3, "a member's name"],
    ["@..id", 3, "a member's name"],
    ["@.*", 3, "a member such as @.id"],
    ["@[1.5]", 3, "a member's name in quotes or an index"],
    ["@['a'", 6, "a closing bracket"],
    ["'a'", 4, "a comparison operator"],
    ["id == 'a'", 1, "a member such as @.id"],
    ["@.id =~ @.name", 9, "a regular expression in quotes"],
    ["@.id =~ '('", 9, "a regular expression in RE2's syntax"],
    ["@.id; process.exit()", 5, "a member such as @.id"],
    [`@.id =~ '${"(.{500})".repeat(3)}'`, 9, "a smaller regular expression"],
    ["@.a & ".repeat(400), 2001, "at most 2000 characters"],
    ["!".repeat(60), 52, "at most 50 levels"],
  ])("%s", (filter, position, expected) => {
    expect(() => compileChainFilter(filter)).toThrow(InvalidInput);
    expect(() => compileChainFilter(filter)).toThrow(
      new RegExp(`^chain_filter .* at character ${position}, expected .*`, "s"),
    );
    expect(() => compileChainFilter(filter)).toThrow(expected);
  });

  test("E12: when it tries to get out of the filter", () => {
    expect(() => compileChainFilter("@.id == 'a')]..x[?(@.y")).toThrow(InvalidInput);
    expect(() => compileChainFilter("$.features[?(@.id == 'a')]..x[?(@.y)]")).toThrow(InvalidInput);
  });

  test("E12: when its regular expression refers back or looks ahead, which only backtracking can do", () => {
    expect(() => compileChainFilter("@.id =~ '(a)\\1'")).toThrow(InvalidInput);
    expect(() => compileChainFilter("@.id =~ '(?=a)b'")).toThrow(InvalidInput);
  });
});

describe("the work of a chain filter is bounded", () => {
  test("E12: a pattern that makes other engines run for a minute is decided in time linear in the text", () => {
    const hostile = `${"a".repeat(28)}!`;
    expect(compileChainFilter("@.id =~ '(a+)+$'").select([{ id: hostile }, { id: "aaa" }])).toEqual([{ id: "aaa" }]);
    expect(compileChainFilter("@.id =~ '(a+)+$'").select([{ id: `${"a".repeat(100_000)}!` }])).toEqual([]);
  });

  test("large patterns over long texts end with an error that says what to do", () => {
    const filter = compileChainFilter("@.id =~ '(.*)(.*)[ab]{1000}c'");
    expect(() => filter.select([{ id: "ab".repeat(50_000) }])).toThrow(/more than 20000000 steps/);
  });

  test("whatever parses selects in order, without an error", () => {
    const path = fc.constantFrom("@", "@.id", "@.properties.gsd", "@['a']", "@.b[0]", "@.b[-2].c");
    const literal = fc.constantFrom("'a'", '"x"', "1", "-2.5", "true", "null");
    const operator = fc.constantFrom("==", "!=", "<", "<=", ">", ">=");
    const comparison = fc.oneof(
      path,
      fc.tuple(path, operator, fc.oneof(literal, path)).map((parts) => parts.join(" ")),
      path.map((left) => `${left} =~ '^(a|b)*$'`),
    );
    const { filter } = fc.letrec<{ filter: string }>((tie) => ({
      filter: fc.oneof(
        { depthSize: "small" },
        comparison,
        tie("filter").map((inner) => `!(${inner})`),
        fc.tuple(tie("filter"), fc.constantFrom("&", "|", "&&", "||"), tie("filter")).map((parts) => parts.join(" ")),
      ),
    }));
    fc.assert(
      fc.property(filter, fc.array(fc.jsonValue({ maxDepth: 4 })), (text, features) => {
        fc.pre(text.length <= 2000);
        const values = JSON.parse(JSON.stringify(features));
        const selected = compileChainFilter(text).select(values);
        const rest = compileChainFilter(`!(${text})`).select(values);
        expect(selected.length + rest.length).toBe(values.length);
        expect(values.filter((value: never) => selected.includes(value))).toEqual(selected);
      }),
    );
  });

  test("any text compiles or is refused as InvalidInput", () => {
    const tokens = fc.array(
      fc.constantFrom("@", ".", "id", "[", "]", "'a'", "(", ")", "!", "&", "|", "==", "=~", "1", " ", '"', "'"),
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          tokens.map((parts) => parts.join("")),
        ),
        (text) => {
          try {
            compileChainFilter(text).select(items);
          } catch (error) {
            expect(error).toBeInstanceOf(InvalidInput);
          }
        },
      ),
    );
  });
});
