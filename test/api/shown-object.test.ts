import { describe, expect, test } from "vitest";
import type { ObjectUrl } from "../../src/payload/object-store.ts";
import { type ApiWorld, makeApiWorld } from "./api-world.ts";

const PNG = Buffer.from("89504e470d0a1a0a0000", "hex");
const PLACE = "s3://shown/previews/";

async function worldWith(objects: Readonly<Record<ObjectUrl, Uint8Array | string>>): Promise<ApiWorld> {
  const world = makeApiWorld({ settings: { shownUrls: [PLACE] } });
  for (const [url, body] of Object.entries(objects)) await world.ports.functions.objects.put(url as ObjectUrl, body);
  return world;
}

const pathOf = (url: string) => `/v1/object?url=${encodeURIComponent(url)}`;

describe("an object that is shown", () => {
  test("has the type of its bytes, whatever its name says, and can be no page", async () => {
    const world = await worldWith({ [`${PLACE}a.html`]: PNG, [`${PLACE}b.png`]: '{"id": "x"}' });
    const image = await world.request(pathOf(`${PLACE}a.html`));
    expect(image.status).toBe(200);
    expect(image.headers.get("Content-Type")).toBe("image/png");
    expect(image.headers.get("X-Content-Type-Options")).toBe("nosniff");
    expect(image.headers.get("Content-Security-Policy")).toContain("sandbox");
    expect(Buffer.from(await image.arrayBuffer())).toEqual(PNG);
    const json = await world.request(pathOf(`${PLACE}b.png`));
    expect(json.headers.get("Content-Type")).toBe("application/json");
  });

  test("is saved and not opened where it is a drawing, which may hold scripts", async () => {
    const svg =
      '<?xml version="1.0"?>\n<!-- made\nby hand -->\n<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>';
    const world = await worldWith({ [`${PLACE}a.svg`]: svg });
    const response = await world.request(pathOf(`${PLACE}a.svg`));
    expect(response.headers.get("Content-Type")).toBe("image/svg+xml");
    expect(response.headers.get("Content-Disposition")).toBe("attachment");
  });

  test("is neither a page nor a raster that no browser shows", async () => {
    const world = await worldWith({
      [`${PLACE}a.png`]: "<!doctype html><script>1</script>",
      [`${PLACE}b.tif`]: "II*\0",
    });
    expect(await world.getProblem(pathOf(`${PLACE}a.png`), 415)).toMatchObject({ type: "unsupported" });
    await world.getProblem(pathOf(`${PLACE}b.tif`), 415);
  });

  test("is looked at without delay, whatever its bytes are", async () => {
    const comments = { [`${PLACE}a.svg`]: `${"<!---->".repeat(140)}x`, [`${PLACE}b.svg`]: `${"<!--".repeat(250)}` };
    const world = await worldWith(comments);
    for (const url of Object.keys(comments)) await world.getProblem(pathOf(url), 415);
  });

  test("is of moderate size", async () => {
    const world = await worldWith({ [`${PLACE}a.json`]: "1".repeat(5 * 1024 * 1024 + 1) });
    expect(await world.getProblem(pathOf(`${PLACE}a.json`), 413)).toMatchObject({ type: "too-large" });
    await world.getProblem(pathOf(`${PLACE}none.json`), 404);
  });

  test.each([
    "s3://shown/other/a.png",
    "s3://shown/previews",
    "s3://shown/previews-of-others/a.png",
    "s3://shown/previews/../other/a.png",
    "s3://shown/previews/%2e%2e/other/a.png",
    "s3://shown/previews/.%2E/other/a.png",
    "s3://shown/previews//etc/passwd",
    "s3://shown/previews/a\\..\\b.png",
    "s3://shown/previews/a\0.png",
    "s3://shown/Previews/a.png",
    "S3://shown/previews/a.png",
    "s3://SHOWN/previews/a.png",
    "s3://shown@evil/previews/a.png",
    "file:///etc/passwd",
    "https://example.com/previews/a.png",
    "s3://other/s3://shown/previews/a.png",
  ])("is below a place whose objects are shown, which %j is not", async (url) => {
    const world = await worldWith({});
    expect(await world.getProblem(pathOf(url), 403)).toMatchObject({ type: "no-permission" });
  });
});
