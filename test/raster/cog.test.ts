import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeArrayBuffer } from "geotiff";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type CogOptions,
  GdalError,
  makeCog,
  projectionFields,
  readRaster,
  translateRaster,
  warpToCog,
} from "../../src/raster/index.ts";
import { exampleObjects } from "../examples.ts";
import { cogProblems, georeferenceOf, openTiff, readBands } from "./check-cog.ts";

const PLACE = "s3://cirrus-dev-data/examples/assets/LC08_L1TP_224078_20200518_20200518_01_RT";
const scene = (name: "red" | "visual") => readFile(exampleObjects[`${PLACE}/${name}.tif`] ?? "");

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "cirrus-cog-test-"));
});
afterAll(() => rm(folder, { recursive: true }));

let files = 0;

async function write(bytes: Uint8Array, extension = "tif"): Promise<string> {
  files += 1;
  const path = join(folder, `source-${files}.${extension}`);
  await writeFile(path, bytes);
  return path;
}

async function convert(bytes: Uint8Array, options?: CogOptions, extension?: string) {
  const source = await write(bytes, extension);
  const cog = await makeCog(source, `cog-${files}`, options);
  return { cog, bytes: await readFile(cog.path) };
}

/** In strips, uncompressed, written by another library: as far from a COG as a GeoTIFF gets. */
function strips(values: Uint16Array | Float32Array | Uint8Array, width: number, height: number, bands = 1): Uint8Array {
  return new Uint8Array(
    writeArrayBuffer(values, {
      width,
      height,
      SamplesPerPixel: bands,
      BitsPerSample: Array(bands).fill(8 * values.BYTES_PER_ELEMENT),
      SampleFormat: Array(bands).fill(values instanceof Float32Array ? 3 : 1),
      ModelPixelScale: [30, 30, 0],
      ModelTiepoint: [0, 0, 0, 600_000, 4_200_000, 0],
      GTModelTypeGeoKey: 1,
      GTRasterTypeGeoKey: 1,
      ProjectedCSTypeGeoKey: 32633,
    }) as ArrayBuffer,
  );
}

function waves(width: number, height: number): Uint16Array {
  return Uint16Array.from({ length: width * height }, (_, pixel) => {
    const [x, y] = [pixel % width, Math.floor(pixel / width)];
    return 1000 + Math.round(900 * Math.sin(x / 40) * Math.cos(y / 30));
  });
}

describe("a raster becomes a COG", () => {
  test("with the layout that readers over HTTP rely on, where the source had none of it", async () => {
    const source = strips(waves(1100, 600), 1100, 600);
    expect(await cogProblems(source)).toContain("image 0 is not tiled");
    const { bytes } = await convert(source);
    expect(await cogProblems(bytes)).toEqual([]);
    const tiff = await openTiff(bytes);
    expect(await tiff.getImageCount()).toBe(3);
    expect((await tiff.getImage(2)).getWidth()).toBe(275);
  });

  test("that lies where it lay, and has every value it had", async () => {
    const values = waves(700, 600);
    const source = strips(values, 700, 600);
    const { bytes, cog } = await convert(source);
    const before = await georeferenceOf(source);
    expect(await georeferenceOf(bytes)).toMatchObject({
      origin: before.origin,
      resolution: before.resolution,
      bbox: before.bbox,
      geoKeys: { ProjectedCSTypeGeoKey: 32633, GTRasterTypeGeoKey: 1 },
    });
    expect([...(await readBands(bytes))]).toEqual([values]);
    expect(projectionFields(cog)).toEqual({
      "proj:code": "EPSG:32633",
      "proj:shape": [600, 700],
      "proj:transform": [30, 0, 600_000, 0, -30, 4_200_000],
    });
  });

  test("from a real scene of three bands, and from one of 16 bits with nodata", async () => {
    for (const name of ["visual", "red"] as const) {
      const source = await scene(name);
      const { bytes } = await convert(source, { blocksize: 256 });
      expect(await cogProblems(bytes)).toEqual([]);
      expect(await georeferenceOf(bytes)).toEqual(await georeferenceOf(source));
      expect(await readBands(bytes)).toEqual(await readBands(source));
    }
  });

  test("of measurements with decimals, whose nodata is no number", async () => {
    const values = Float32Array.from(waves(300, 200), (value, pixel) => (pixel % 7 === 0 ? Number.NaN : value / 3));
    const { bytes, cog } = await convert(strips(values, 300, 200), { nodata: Number.NaN });
    expect(cog.bands).toEqual([{ type: "Float32", nodata: Number.NaN }]);
    expect(await cogProblems(bytes)).toEqual([]);
    expect([...(await readBands(bytes))]).toEqual([values]);
  });

  test("with the tiles and overviews that were asked for, whatever was asked for before", async () => {
    const source = strips(waves(700, 600), 700, 600);
    const tiles = async (options: CogOptions) => {
      const tiff = await openTiff((await convert(source, options)).bytes);
      return [(await tiff.getImage(0)).getTileWidth(), (await tiff.getImage(1)).getTileWidth()];
    };
    expect(await tiles({ blocksize: 256, overviewBlocksize: 128 })).toEqual([256, 128]);
    expect(await tiles({})).toEqual([512, 512]);
  });

  test("with overviews of the mean, where they are asked for", async () => {
    const values = Uint16Array.from({ length: 600 * 600 }, (_, pixel) => (pixel % 2) * 1000);
    const of = async (overviewResampling: CogOptions["overviewResampling"]) => {
      const { bytes } = await convert(strips(values, 600, 600), { overviewResampling });
      const overview = await (await openTiff(bytes)).getImage(1);
      return (await overview.readRasters({ interleave: true }))[0];
    };
    expect(await of("average")).toBe(500);
    expect([0, 1000]).toContain(await of("nearest"));
  });

  test("in Web Mercator with the tiles of web maps", async () => {
    const { bytes, cog } = await convert(await scene("red"), { webOptimized: true });
    expect(await cogProblems(bytes)).toEqual([]);
    expect(cog.code).toBe("EPSG:3857");
    // Zoom level 10: the Earth's circumference in 1024 tiles of 256 pixels.
    expect(cog.transform?.[0]).toBeCloseTo((2 * Math.PI * 6378137) / 1024 / 256, 6);
    expect(cog.shape.map((side) => side % 256)).toEqual([0, 0]);
  });

  test("also from a picture without a georeference, of which then only the shape is known", async () => {
    const picture = sharp(await scene("visual"));
    for (const [extension, source] of [
      ["png", await picture.png().toBuffer()],
      ["jpg", await picture.jpeg().toBuffer()],
    ] as const) {
      const { cog, bytes } = await convert(source, {}, extension);
      expect(await cogProblems(bytes)).toEqual([]);
      expect(projectionFields(cog)).toEqual({ "proj:shape": [465, 510] });
    }
  });

  test("of complex numbers, as radar scenes have them", async () => {
    const complex = await translateRaster(await write(await scene("red")), "complex", [
      "-ot",
      "CFloat32",
      "-of",
      "GTiff",
    ]);
    const cog = await makeCog(complex.path, "complex-cog");
    expect(cog.bands).toEqual([{ type: "CFloat32", nodata: 0 }]);
    expect(await cogProblems(await readFile(cog.path))).toEqual([]);
  });

  test("that is warped into another reference system", async () => {
    const source = await write(await scene("red"));
    const cog = await warpToCog(source, "warped", { crs: "EPSG:4326", resampling: "near" });
    expect(await cogProblems(await readFile(cog.path))).toEqual([]);
    expect(projectionFields(cog)).toMatchObject({ "proj:code": "EPSG:4326" });
  });
});

describe("what is no raster", () => {
  test.each([
    ["a page in place of an image", "<!doctype html><title>Sign in</title>"],
    ["nothing", ""],
  ])("is refused: %s", async (_title, text) => {
    const error = await convert(Buffer.from(text)).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(GdalError);
    expect(error).toMatchObject({ message: "it is no raster that GDAL knows", reason: "raster" });
  });

  test("is refused where only half of it came", async () => {
    const whole = await scene("visual");
    await expect(convert(whole.subarray(0, whole.length / 2))).rejects.toMatchObject({ reason: "raster" });
  });

  test("is refused in a compression that GDAL lacks here", async () => {
    const picture = sharp(await scene("visual"));
    const tiff = await picture.tiff({ compression: "jpeg" }).toBuffer();
    await expect(convert(tiff)).rejects.toMatchObject({
      reason: "codec",
      message: expect.stringContaining("missing codec"),
    });
  });

  test.each([
    ["TIFFAppendToStrip:Write error at scanline 4294967295", "disk"],
    ["cannot allocate 2138580000 bytes", "memory"],
    ["a.tif: TIFFStripSize:Integer overflow", "memory"],
    ["TIFFFillTile:Read error at row 0, col 0; got 0 bytes, expected 9", "raster"],
  ])("is told from a machine that is too small: %s", (message, reason) => {
    expect(new GdalError(message).reason).toBe(reason);
  });

  test("leads nowhere else on the machine, where it is only a list of other files", async () => {
    const secret = await mkdtemp(join(tmpdir(), "cirrus-cog-secret-"));
    const path = join(secret, "secret.tif");
    await writeFile(path, await scene("red"));
    const names = [path, `/output/../..${path}`];
    try {
      for (const name of names) {
        const list = `<VRTDataset rasterXSize="9" rasterYSize="9"><VRTRasterBand dataType="UInt16" band="1"><SimpleSource><SourceFilename relativeToVRT="0">${name}</SourceFilename><SourceBand>1</SourceBand></SimpleSource></VRTRasterBand></VRTDataset>`;
        await expect(convert(Buffer.from(list), {}, "vrt")).rejects.toThrow(/No such file/);
      }
    } finally {
      await rm(secret, { recursive: true });
    }
  });
});

describe("GDAL's thread", () => {
  test("is ended by the signal in the middle of its work, and the next step gets another", async () => {
    const source = await write(strips(waves(1000, 1000), 1000, 1000));
    await readRaster(source);
    const stop = new AbortController();
    const running = makeCog(source, "broken-off", {}, stop.signal);
    setImmediate(() => stop.abort(new Error("told to end")));
    await expect(running).rejects.toThrow("told to end");
    expect((await readRaster(source)).shape).toEqual([1000, 1000]);
  });

  test("takes steps that come at once one after another", async () => {
    const source = await write(await scene("red"));
    const cogs = await Promise.all(["a", "b", "c"].map((name) => makeCog(source, `at-once-${name}`)));
    expect(new Set(cogs.map(({ path }) => path)).size).toBe(3);
    expect(cogs.map(({ shape }) => shape)).toEqual([
      [465, 510],
      [465, 510],
      [465, 510],
    ]);
  });

  test("sees files that were written after it had started, in any folder it is given", async () => {
    const other = await mkdtemp(join(tmpdir(), "cirrus-cog-other-"));
    const path = join(other, "red.tif");
    await writeFile(path, await scene("red"));
    expect((await readRaster(path)).code).toBe("EPSG:32621");
    await rm(other, { recursive: true });
  });
});
