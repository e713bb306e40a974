import { describe, expect, test } from "vitest";
import { readCollections } from "../../src/task/collections.ts";

const item = {
  id: "LC08_L1TP_224078",
  collection: "incoming",
  properties: { gsd: 30, platform: "landsat-8" },
  assets: { red: { href: "red.tif", type: "image/tiff" } },
  links: [],
};

async function collectionOf(definition: object): Promise<string | undefined> {
  return (await readCollections({ workflow: "mirror", ...definition }))(item);
}

const jsonpath = (pattern: string, collection_name: string) => ({ type: "jsonpath", pattern, collection_name });

describe("collection_matchers", () => {
  test("the first that matches names the collection", async () => {
    const collection_matchers = [
      jsonpath("$[?(@.id =~ '^S2')]", "sentinel"),
      jsonpath("$[?(@.id =~ 'LC08.*')]", "landsat"),
      jsonpath("$[?(@.properties.gsd == 30)]", "thirty"),
    ];
    expect(await collectionOf({ collection_matchers })).toBe("landsat");
  });

  test("catch_all takes what no other has taken", async () => {
    const all = { type: "catch_all", collection_name: "rest" };
    expect(await collectionOf({ collection_matchers: [jsonpath("$[?@.id == 'x']", "x"), all] })).toBe("rest");
  });

  test("an item that nothing matches keeps the collection that it has", async () => {
    expect(await collectionOf({ collection_matchers: [jsonpath("$[?@.id == 'x']", "x")] })).toBe("incoming");
    expect(await collectionOf({})).toBe("incoming");
  });

  test("a pattern that would be tried for hours is broken off", async () => {
    const matcher = { type: "jsonpath", pattern: "$[?search(@.id, '(a+)+$')]", collection_name: "x" } as const;
    const collectionOfItem = await readCollections({ workflow: "mirror", collection_matchers: [matcher] });
    expect(() => collectionOfItem({ ...item, id: `${"a".repeat(40)}!` })).toThrow(
      /takes more than 1000 ms for one item/,
    );
  });

  test.each([
    ["$[?@.properties.gsd < 40 && @.properties.platform == 'landsat-8']"],
    ["$[?match(@.id, 'LC0[89].*')]"],
    ["$[?@.assets[?@.type == 'image/tiff']]"],
    ["$[0].assets.red"],
    ["$[?(@.properties.gsd) && (@.properties.platform)]"],
  ])("%s matches, whichever language it is of", async (pattern) => {
    expect(await collectionOf({ collection_matchers: [jsonpath(pattern, "found")] })).toBe("found");
  });

  test.each([["$[?(@.id =~ '(')]"], ["$[?(@.id ="], ["$..["]])(
    "%s cannot be read, and the error says where it is",
    async (pattern) => {
      await expect(collectionOf({ collection_matchers: [jsonpath(pattern, "x")] })).rejects.toMatchObject({
        name: "InvalidInput",
        where: "$.process[0].collection_matchers[0].pattern",
        message: expect.stringContaining(JSON.stringify(pattern)),
      });
    },
  );

  test("a jsonpath without pattern is refused", async () => {
    const collection_matchers = [{ type: "jsonpath", collection_name: "x" }];
    await expect(collectionOf({ collection_matchers })).rejects.toThrow("The matcher has no pattern");
  });
});

describe("upload_options.collections, the older form", () => {
  test("a JSONPath, or a pattern of the ID", async () => {
    expect(await collectionOf({ upload_options: { collections: { landsat: "$[?(@.id =~ 'LC08.*')]" } } })).toBe(
      "landsat",
    );
    expect(await collectionOf({ upload_options: { collections: { s2: "^S2", landsat: "LC0[89]_" } } })).toBe("landsat");
  });
});
