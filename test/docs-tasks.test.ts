/** What the guide of tasks shows is taken out of it and run, with a small STAC API in place of the one that it names. */
import { execFile } from "node:child_process";
import { readFileSync, symlinkSync } from "node:fs";
import { createServer, type IncomingMessage } from "node:http";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { promisify } from "node:util";
import { describe, expect, onTestFinished, test } from "vitest";
import { loadHandler } from "../src/embedded/lambda/lambda-handler.ts";
import { EXIT } from "../src/errors.ts";
import type { FeederHandler } from "../src/feeder/index.ts";
import { testFeeder } from "../src/testing/index.ts";
import { cirrus, startCirrus } from "./cli/cirrus.ts";
import { featureOf, PACKAGE, temporaryProject, writeFiles } from "./cli/temporary-project.ts";
import { guideBlocks } from "./guide-blocks.ts";

const { block, commands } = guideBlocks("tasks.md");

const API = "https://earth-search.aws.element84.com";
const SCENES = join(PACKAGE, "examples/assets");

/** Answers what a STAC API with two scenes does, and serves their pixels; gives its address. */
async function serveScenes(): Promise<string> {
  const server = createServer(async (request, response) => {
    const address = `http://${request.headers.host}`;
    const path = request.url ?? "/";
    if (path.endsWith(".tif")) return void response.end(readFileSync(join(SCENES, path)));
    response.setHeader("content-type", "application/json").end(JSON.stringify(await answer(request, address)));
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  onTestFinished(() => void server.close());
  const bound = server.address();
  if (bound === null || typeof bound === "string") throw new Error("The server has no port.");
  return `http://127.0.0.1:${bound.port}`;
}

async function answer(request: IncomingMessage, address: string): Promise<object> {
  if (request.url === "/v1") {
    const links = [{ rel: "search", href: `${address}/v1/search`, type: "application/geo+json", method: "POST" }];
    return { type: "Catalog", stac_version: "1.0.0", id: "scenes", description: "Two scenes", links };
  }
  if (request.url === "/v1/collections/sentinel-2-l2a") return { type: "Collection", id: "sentinel-2-l2a" };
  expect(JSON.parse(await text(request))).toMatchObject({ collections: ["sentinel-2-l2a"] });
  const features = ["LC08_L1TP_224077_20200518_20200518_01_RT", "LC08_L1TP_224078_20200518_20200518_01_RT"].map(
    (id) => ({
      ...featureOf(id),
      collection: "sentinel-2-l2a",
      properties: { datetime: "2024-06-01T10:00:00Z" },
      assets: {
        visual: { href: `${address}/${id}/visual.tif`, type: "image/tiff; application=geotiff" },
        thumbnail: { href: `${address}/${id}/thumbnail.jpg` },
      },
    }),
  );
  return { type: "FeatureCollection", features, links: [], numberMatched: 2 };
}

describe("the guide of tasks", () => {
  test("a collection without code: found, checked, converted, previewed and published", async () => {
    const address = await serveScenes();
    const cwd = temporaryProject({
      "cirrus.yml": `service: demo\nprovider:\n  environment:\n    CIRRUS_ALLOW_LOCAL_ASSETS: "true"\n`,
      "process.json": block("json", '"cog-archive"'),
    });
    const [feed = [], validate = [], publish = []] = commands("feed stac-api");

    const found = await cirrus(
      feed.map((word) => word.replace(API, address)),
      { cwd },
    );
    expect(found.code, found.stderr).toBe(EXIT.ok);
    expect(found.stdout.trim().split("\n")).toHaveLength(2);
    writeFiles(cwd, { "payloads.ndjson": found.stdout });

    const valid = await cirrus(validate, { cwd });
    expect(valid.code, valid.stderr).toBe(EXIT.ok);

    const dev = startCirrus(["dev", "--port", "0"], cwd);
    await dev.saying("Ctrl-C stops");
    const published = await cirrus(publish, { cwd });
    expect(published.code, published.stderr).toBe(EXIT.ok);
    const counts = await cirrus(["state", "list", "-o", "json"], { cwd });
    const states = JSON.parse(counts.stdout).map(({ state, workflow }: Record<string, string>) => [workflow, state]);
    expect(states.toSorted()).toEqual([
      ["cog-archive", "SUCCEEDED"],
      ["cog-archive", "SUCCEEDED"],
      ["mirror-with-preview", "SUCCEEDED"],
      ["mirror-with-preview", "SUCCEEDED"],
    ]);
    const folder = join(
      cwd,
      ".cirrus/objects/demo-dev-data/sentinel-2-l2a/2024/6/LC08_L1TP_224077_20200518_20200518_01_RT",
    );
    const item = JSON.parse(readFileSync(`${folder}/LC08_L1TP_224077_20200518_20200518_01_RT.json`, "utf8"));
    expect(Object.keys(item.assets).toSorted()).toEqual(["thumbnail", "visual"]);
    expect(item.assets.visual.type).toContain("profile=cloud-optimized");
  });

  test("a task in five minutes: made, written, tested, in a workflow of its own", async () => {
    const cwd = temporaryProject();
    for (const words of commands("create task").filter(([word]) => word !== "npm")) {
      const ended = await cirrus(words, { cwd });
      expect({ words, code: ended.code }, ended.stderr).toEqual({ words, code: EXIT.ok });
    }
    writeFiles(cwd, { "tasks/count-assets/handler.ts": block("ts", 'name: "count-assets"') });
    writeFiles(cwd, { "tasks/count-assets/handler.test.ts": block("ts", "testTask(handler") });
    symlinkSync(join(PACKAGE, "node_modules/vitest"), join(cwd, "node_modules/vitest"));
    const vitest = join(PACKAGE, "node_modules/.bin/vitest");
    const { stdout } = await promisify(execFile)(vitest, ["run", "--root", cwd, "--testTimeout=120000"], {
      cwd,
      env: { ...process.env, NO_COLOR: "1" },
    });
    expect(stdout).toMatch(/Tests\s+2 passed/);

    const schema = await cirrus(["show", "task", "count-assets", "schema"], { cwd });
    expect(schema.stdout).toContain("Only assets with this role are counted.");
    const readme = await cirrus(["readme", "task", "count-assets"], { cwd });
    expect(readme.code, readme.stderr).toBe(EXIT.ok);
    expect(readFileSync(join(cwd, "tasks/count-assets/README.md"), "utf8")).toContain("Only assets with this role");
  });

  test("waiting for several payloads: the third of a group lets its workflow run once", async () => {
    const awaiting = JSON.parse(block("json", '"await"'));
    const cwd = temporaryProject();
    const process = [{ workflow: "publish-only" }, awaiting];
    const lines = ["a", "b", "c"].map((id) =>
      JSON.stringify({ type: "FeatureCollection", features: [featureOf(id)], process }),
    );
    const dev = startCirrus(["dev", "--port", "0"], cwd);
    await dev.saying("Ctrl-C stops");
    const ended = await cirrus(["publish", "-", "--wait"], { cwd, stdin: lines.join("\n") });
    expect(ended.code, ended.stderr).toBe(EXIT.ok);
    const listed = await cirrus(["state", "list", "--workflow", "publish-together", "-o", "json"], { cwd });
    expect(JSON.parse(listed.stdout)).toMatchObject([{ state: "SUCCEEDED" }]);
  });

  test("feeders of one's own: one that uses another, and one that is written", async () => {
    const address = await serveScenes();
    const cwd = temporaryProject({
      "feeders/new-scenes/definition.yml": block("yaml", "uses: feed-stac-api"),
      "feeders/watch-page/handler.ts": block("ts", "Watches a page of scenes"),
    });
    const event = { url: `${address}/v1`, collection: "sentinel-2-l2a", workflow: "mirror" };
    writeFiles(cwd, { "event.json": JSON.stringify(event) });
    const used = await cirrus(["feeder", "run", "new-scenes", "event.json", "--dry-run"], { cwd });
    expect(used.code, used.stderr).toBe(EXIT.ok);
    expect(used.stdout.trim().split("\n")).toHaveLength(2);

    // The handler is a feeder's: the guide says so.
    const written = (await loadHandler(join(cwd, "feeders/watch-page"), "handler.handler")) as unknown as FeederHandler;
    const pages = "https://scenes.example.com/pages";
    const { payloads } = await testFeeder(
      written,
      { url: pages, workflow: "mirror" },
      {
        answers: {
          [pages]: { features: [{ type: "Feature", id: "a", collection: "demo" }], next: `${pages}/2` },
          [`${pages}/2`]: { features: [{ type: "Feature", id: "b", collection: "demo" }] },
        },
      },
    );
    expect(payloads.map(({ id }) => id)).toEqual(["demo/workflow-mirror/a", "demo/workflow-mirror/b"]);
  });
});
