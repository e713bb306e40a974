import { expect, test } from "vitest";
import { GdalError, placeGdalError } from "../../src/raster/index.ts";

const item = { id: "scene", properties: {}, assets: {}, links: [] };

function placed(thrown: unknown): Promise<unknown> {
  return Promise.reject(thrown).catch(placeGdalError(item, "red", "could not be converted"));
}

test.each([
  ["TIFFFillTile:Read error at row 0", "AssetUnreadable", /whole, georeferenced raster/],
  ["Cannot open TIFF file due to missing codec ZSTD.", "AssetUnreadable", /DEFLATE, LZW or PackBits/],
  ["cannot allocate 2138580000 bytes", "AssetUnreadable", /2 GiB of memory/],
  ["TIFFAppendToStrip:Write error at scanline 0", "WorkdirFull", /ephemeralStorageSize/],
])("what GDAL says is told with the item, the asset and what to do: %s", async (said, name, hint) => {
  await expect(placed(new GdalError(said))).rejects.toMatchObject({
    name,
    message: expect.stringMatching(/^Item scene, asset "red" could not be converted: /),
    hint: expect.stringMatching(hint),
  });
  await expect(placed(new GdalError(said))).rejects.toThrow(said);
});

test("the asset's URL is told without its signature", async () => {
  const asset = { href: "https://example.org/red.tif?X-Amz-Signature=secret" };
  const failing = Promise.reject(new GdalError("no raster")).catch(
    placeGdalError({ ...item, assets: { red: asset } }, "red", "could not be converted"),
  );
  await expect(failing).rejects.toThrow(/converted: no raster, read from https:\/\/example\.org\/red\.tif$/);
});

test("what is not GDAL's stays as it is: the reason of a signal, for one", async () => {
  const reason = new Error("told to end");
  await expect(placed(reason)).rejects.toBe(reason);
});
