import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import type { RequestListener } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import type { Context } from "aws-lambda";
import { describe, expect, test, vi } from "vitest";
import * as z from "zod";
import { makeClients } from "../../src/aws/clients.ts";
import { makeS3ObjectStore } from "../../src/aws/object-store.ts";
import type { Clock } from "../../src/clock.ts";
import { silentLog } from "../../src/log.ts";
import { defineTask } from "../../src/task/index.ts";
import { PORTS, type TaskContext } from "../../src/task/ports.ts";
import { testTask } from "../../src/testing/index.ts";
import { payloadOf, probe, runAssets as run, serve, type Use, withAsset } from "./asset-task.ts";

const selfLink = (href: string) => [{ rel: "self", href }];
const objects = { "s3://scenes/2020/a b.txt": Buffer.from("pixels") } as const;

const downloadScene: Use = async (assets, item) => {
  item.properties.found = await readFile(await assets.download(item, "scene"), "utf8");
};

/** Runs a task over the real S3 client, to which every call is refused. */
async function refusedByS3(status: number, code: string, use: Use, error: object): Promise<void> {
  const body = `<Error><Code>${code}</Code><Message>No</Message></Error>`;
  const answer: RequestListener = (request, response) => {
    request.resume().on("end", () => response.writeHead(status, { "content-type": "application/xml" }).end(body));
  };
  vi.stubEnv("AWS_ACCESS_KEY_ID", "test");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "test");
  await serve(answer, async (endpoint) => {
    const { s3 } = makeClients({ endpoint, region: "us-west-2" });
    const task = defineTask({
      name: "probe",
      parameters: z.object({}),
      async run({ items, assets, workdir }) {
        for (const item of items) await use(assets, item, workdir);
      },
    });
    const features = [{ id: "a", ...withAsset("s3://others/x.tif") }];
    const payload = {
      type: "FeatureCollection",
      features,
      process: [{ workflow: "w", upload_options: { path_template: "p", public_assets: ["scene"] } }],
    };
    const environment = { CIRRUS_DATA_BUCKET: "closed" };
    const context: TaskContext = { [PORTS]: { objects: makeS3ObjectStore({ s3 }), environment } };
    // The rest of Lambda's context is not there in a job either.
    await expect(task(payload, context as Context)).rejects.toMatchObject(error);
  }).finally(() => vi.unstubAllEnvs());
}

describe("a download", () => {
  test.each([
    ["an object's URL", withAsset("s3://scenes/2020/a b.txt")],
    [
      "a path beside the item's self link",
      { ...withAsset("./2020/a b.txt"), links: selfLink("s3://scenes/items.json") },
    ],
    ["a path above it", { ...withAsset("../2020/a b.txt"), links: selfLink("s3://scenes/deep/items.json") }],
  ])("follows %s", async (_what, item) => {
    const { payload } = await run(item, downloadScene, { objects });
    expect(payload.features[0]?.properties.found).toBe("pixels");
  });

  test("an HTTPS URL of our own data bucket is read as the object it is", async () => {
    const item = withAsset("https://cirrus-data.s3.eu-central-1.amazonaws.com/2020/a%20b.txt");
    const { payload } = await run(item, downloadScene, {
      objects: { "s3://cirrus-data/2020/a b.txt": Buffer.from("own") },
    });
    expect(payload.features[0]?.properties.found).toBe("own");
  });

  test("an object that the task may not read is unavailable, with what to allow", async () => {
    await refusedByS3(403, "AccessDenied", async (assets, item) => void (await assets.download(item, "scene")), {
      name: "AssetUnavailable",
      message: expect.stringMatching(/asset "scene": s3:\/\/others\/x\.tif may not be read.*custom\.assetObjects/),
    });
  });

  test("several at once give a path each, in order", async () => {
    const assets = { x: { href: "s3://scenes/x.tif" }, y: { href: "s3://scenes/y.tif" } };
    const bodies = { "s3://scenes/x.tif": Buffer.from("x"), "s3://scenes/y.tif": Buffer.from("y") };
    await run(
      { assets },
      async (use, item) => {
        const paths = await use.download(item, ["y", "x"]);
        expect(await Promise.all(paths.map((path) => readFile(path, "utf8")))).toEqual(["y", "x"]);
      },
      { objects: bodies },
    );
  });

  test("a missing object is named with item, asset and URL", async () => {
    await expect(run(withAsset("s3://scenes/gone.tif"), downloadScene)).rejects.toMatchObject({
      name: "AssetUnavailable",
      message: expect.stringMatching(/^Item a, asset "scene": s3:\/\/scenes\/gone\.tif does not exist\. Check /),
    });
  });

  test("a relative href needs a self link", async () => {
    await expect(run(withAsset("a.tif"), downloadScene)).rejects.toMatchObject({
      name: "InvalidInput",
      message: expect.stringMatching(
        /^Item a, asset "scene": The href a\.tif is relative and the item has no absolute "self" link\. /,
      ),
    });
  });

  test.each(["ftp://host/a", "data:text/plain,x", "gs://bucket/a"])("%s is refused by its scheme", async (href) => {
    await expect(run(withAsset(href), downloadScene)).rejects.toThrow(/its scheme is (ftp|data|gs):/);
  });

  test.each([
    ["..", ".."],
    ["../../x", "../../../etc/passwd"],
    ["/abs", "a/b"],
    [".ssh", "."],
    ["a\\b", "\u0007"],
  ])("an item called %j with an asset called %j stays within the work directory", async (id, key) => {
    const item = { id, assets: { [key]: { href: "s3://scenes/2020/a b.txt" } } };
    await run(
      item,
      async (assets, own, workdir) => {
        const path = relative(workdir, await assets.download(own, key));
        expect(path).toMatch(/^[\w.-]+\/[\w.-]+$/);
        expect(path.startsWith("..")).toBe(false);
      },
      { objects },
    ).catch((thrown) => expect(thrown).toMatchObject({ name: "InvalidInput" }));
  });

  test("names that differ only in what is replaced do not share a file", async () => {
    const assets = { "a/b": { href: "s3://scenes/x.tif" }, "a:b": { href: "s3://scenes/y.tif" } };
    const bodies = { "s3://scenes/x.tif": Buffer.from("x"), "s3://scenes/y.tif": Buffer.from("y") };
    await run(
      { assets },
      async (use, item) => {
        const paths = await use.download(item, ["a/b", "a:b"]);
        expect(await Promise.all(paths.map((path) => readFile(path, "utf8")))).toEqual(["x", "y"]);
      },
      { objects: bodies },
    );
  });
});

describe("a file of this machine", () => {
  test("is not read for a payload's sake", async () => {
    await expect(run(withAsset("file:///proc/self/environ"), downloadScene)).rejects.toThrow(
      /CIRRUS_ALLOW_LOCAL_ASSETS/,
    );
  });

  test("is read where that is allowed, and always within the work directory", async () => {
    const path = join(await mkdtemp(join(tmpdir(), "cirrus-assets-")), "x.txt");
    await writeFile(path, "local");
    const environment = { CIRRUS_ALLOW_LOCAL_ASSETS: "true" };
    const { payload } = await run(withAsset(pathToFileURL(path).href), downloadScene, { environment });
    expect(payload.features[0]?.properties.found).toBe("local");
    await run(withAsset(pathToFileURL(path).href), downloadScene, { environment: { CIRRUS_WORKDIR: dirname(path) } });
  });
});

const AT_TEN = { date: "Sat, 21 Nov 2026 10:00:00 GMT" };

describe("HTTP", () => {
  const environment = { CIRRUS_ALLOW_LOCAL_ASSETS: "true" };

  test("the body is streamed into the file, redirects followed", async () => {
    const listener: RequestListener = (request, response) => {
      if (request.url === "/old") return void response.writeHead(302, { location: "/new" }).end();
      response.end("bytes");
    };
    await serve(listener, async (url) => {
      const { payload } = await run(withAsset(`${url}/old`), downloadScene, { environment });
      expect(payload.features[0]?.properties.found).toBe("bytes");
    });
  });

  test.each([
    [404, "AssetUnavailable"],
    [403, "AssetUnavailable"],
    [503, "TransientError"],
    [429, "TransientError"],
  ])("%i is %s, and the URL is shown without its signature", async (status, name) => {
    await serve(
      (_request, response) => void response.writeHead(status).end(),
      async (url) => {
        const failure = run(withAsset(`${url}/a.tif?X-Amz-Signature=secret`), downloadScene, { environment });
        await expect(failure).rejects.toMatchObject({
          name,
          message: expect.stringContaining(`${url}/a.tif answered ${status}`),
        });
        await expect(failure).rejects.not.toThrow(/secret/);
      },
    );
  });

  test("a connection that breaks off is worth another try", async () => {
    const listener: RequestListener = (_request, response) => {
      response.writeHead(200, { "content-length": "100" });
      response.write("half", () => response.destroy());
    };
    await serve(listener, async (url) => {
      await expect(run(withAsset(url), downloadScene, { environment })).rejects.toMatchObject({
        name: "TransientError",
      });
    });
  });

  test("a server that wants to speak another protocol is not waited for", async () => {
    const listener: RequestListener = ({ socket }) => {
      socket.end("HTTP/1.1 101 Switching Protocols\r\nUpgrade: other\r\nConnection: Upgrade\r\n\r\n");
    };
    await serve(listener, async (url) => {
      await expect(run(withAsset(url), downloadScene, { environment })).rejects.toThrow(/answered 101/);
    });
  });

  test("a connection that breaks off is opened again where it was", async () => {
    const ranges: (string | undefined)[] = [];
    const body = "0123456789".repeat(1000);
    const listener: RequestListener = ({ headers: { range } }, response) => {
      ranges.push(range);
      const start = Number(/^bytes=(\d+)-$/.exec(range ?? "")?.[1] ?? 0);
      const rest = body.slice(start);
      const headers = { etag: '"v1"', "content-length": rest.length };
      if (range === undefined) response.writeHead(200, headers).write(rest.slice(0, 5000), () => response.destroy());
      else {
        const partial = { ...headers, "content-range": `bytes ${start}-${body.length - 1}/${body.length}` };
        response.writeHead(206, partial).end(rest);
      }
    };
    await serve(listener, async (url) => {
      const { payload } = await run(withAsset(url), downloadScene, { environment });
      expect(payload.features[0]?.properties.found).toBe(body);
      expect(ranges).toEqual([undefined, expect.stringMatching(/^bytes=\d+-$/)]);
    });
  });

  test.each([["file:///etc/passwd"], ["http://[bad"]])("a redirect to %s leads nowhere", async (location) => {
    await serve(
      (_request, response) => void response.writeHead(302, { location }).end(),
      async (url) => {
        await expect(run(withAsset(url), downloadScene, { environment })).rejects.toMatchObject({
          name: "AssetUnavailable",
          message: expect.stringMatching(/asset "scene": http:.* answered 302 Found/),
        });
      },
    );
  });

  test.each([["https://user:pass@[bad/a.tif?sig=secret"], ["file://host/a.tif?sig=secret"]])(
    "%s is no URL, and is shown without what is secret",
    async (href) => {
      const failing = run(withAsset(href), downloadScene, { environment });
      await expect(failing).rejects.toMatchObject({
        name: "InvalidInput",
        message: expect.stringMatching(
          /asset "scene": (https:\/\/\[bad|file:\/\/host)\/a\.tif is no URL that can be read/,
        ),
      });
      await expect(failing).rejects.not.toThrow(/secret|pass/);
    },
  );

  test("a server that sends other bytes than it was asked for is not believed", async () => {
    const listener: RequestListener = ({ headers: { range } }, response) => {
      const headers = { etag: '"v1"', "content-length": 10 };
      if (range === undefined) response.writeHead(200, headers).write("01234", () => response.destroy());
      else response.writeHead(206, { ...headers, "content-range": "bytes 0-9/10" }).end("0123456789");
    };
    await serve(listener, async (url) => {
      await expect(run(withAsset(url), downloadScene, { environment })).rejects.toMatchObject({
        name: "TransientError",
        message: expect.stringMatching(/asked for bytes from 5 on, and sent others/),
      });
    });
  });

  test("a server that is busy is asked again, and not before it said", async () => {
    let asked = 0;
    const listener: RequestListener = (_request, response) => {
      asked++;
      if (asked === 1) response.writeHead(429, { "retry-after": "3" }).end();
      else if (asked === 2)
        response.writeHead(503, { "retry-after": "Sat, 21 Nov 2026 10:00:09 GMT", ...AT_TEN }).end();
      else response.end("pixels");
    };
    const slept: number[] = [];
    const clock: Clock = { now: () => 0, sleep: async (ms) => void slept.push(ms) };
    await serve(listener, async (url) => {
      const context: TaskContext = { [PORTS]: { environment, clock, random: () => 0, log: silentLog } };
      // The rest of Lambda's context is not there in a job either.
      const output = await probe(downloadScene)(payloadOf(withAsset(url)), context as Context);
      expect(output).toMatchObject({ features: [{ properties: { found: "pixels" } }] });
      expect(slept).toEqual([3000, 9000]);
    });
  });

  test.each(["/scene.tif", "/download?file=scene.tif"])(
    "a page in place of the file %s is no file, and is no success",
    async (path) => {
      const listener: RequestListener = (_request, response) => {
        response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end("<html>Sign in</html>");
      };
      await serve(listener, async (url) => {
        await expect(run(withAsset(url + path), downloadScene, { environment })).rejects.toMatchObject({
          name: "AssetUnavailable",
          message: expect.stringMatching(/asset "scene": .* answered with an HTML page and not with a file.*sign-in/),
        });
        const page = withAsset(url + path, { type: "text/html" });
        expect((await run(page, downloadScene, { environment })).payload.features).toHaveLength(1);
      });
    },
  );

  test.each([
    [404, /moved or removed/],
    [403, /signed URL has not expired/],
  ])("%i says what to look at", async (status, hint) => {
    await serve(
      (_request, response) => void response.writeHead(status).end(),
      async (url) => {
        await expect(run(withAsset(url), downloadScene, { environment })).rejects.toThrow(hint);
      },
    );
  });

  test("a circle of redirects ends", async () => {
    await serve(
      (_request, response) => void response.writeHead(302, { location: "/" }).end(),
      async (url) => {
        await expect(run(withAsset(url), downloadScene, { environment })).rejects.toThrow(/answered 302/);
      },
    );
  });

  test.each([
    "https://127.0.0.1/a",
    "https://localhost/a",
    "https://169.254.169.254/latest/meta-data/",
    "https://[::1]/a",
    "https://[::ffff:169.254.169.254]/a",
    "https://2130706433/a",
    "https://10.1.2.3/a",
  ])("%s is not asked", async (href) => {
    await expect(run(withAsset(href), downloadScene)).rejects.toThrow(/leads to the private address/);
  });

  test("plain HTTP is refused", async () => {
    await expect(run(withAsset("http://user:pass@example.org/a?x=1"), downloadScene)).rejects.toThrow(
      /http:\/\/example\.org\/a is not HTTPS/,
    );
  });
});

describe("an upload", () => {
  test("to a bucket without ACLs cannot be public, and says so", async () => {
    const upload: Use = async (assets, item, workdir) => {
      await writeFile(join(workdir, "x.txt"), "x");
      await assets.upload(item, "scene", join(workdir, "x.txt"));
    };
    await refusedByS3(400, "AccessControlListNotSupported", upload, {
      name: "InvalidInput",
      message: expect.stringMatching(/s3:\/\/closed\/p\/x\.txt cannot be public: its bucket has no ACLs\. Leave out/),
    });
  });

  const upload: Use = async (assets, item, workdir) => {
    await writeFile(join(workdir, "out.txt"), "hello");
    await assets.upload(item, "result", join(workdir, "out.txt"), { type: "text/plain", roles: ["data"] });
  };
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a path template
  const path_template = "${collection}/${year}/${id}";

  test("fills the path template, and describes the file in the item", async () => {
    const { payload, read } = await run({}, upload, { upload_options: { path_template, s3_urls: true } });
    const [item] = payload.features;
    expect(item?.assets.result).toEqual({
      href: "s3://cirrus-data/c/2020/a/out.txt",
      type: "text/plain",
      roles: ["data"],
      "file:size": 5,
      // printf hello | sha256sum
      "file:checksum": "12202cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824",
    });
    expect(item?.stac_extensions).toEqual(["https://stac-extensions.github.io/file/v2.1.0/schema.json"]);
    expect(Buffer.from(await read("s3://cirrus-data/c/2020/a/out.txt")).toString()).toBe("hello");
  });

  test.each([
    [
      "HTTPS where s3_urls is not set",
      { path_template },
      "https://cirrus-data.s3.eu-west-1.amazonaws.com/c/2020/a/out.txt",
    ],
    ["by date and item where there is no template", { s3_urls: true }, "s3://cirrus-data/c/2020/5/18/a/out.txt"],
    [
      "in a bucket that the template names",
      { path_template: `s3://other-bucket/${path_template}`, s3_urls: true },
      "s3://other-bucket/c/2020/a/out.txt",
    ],
  ])("is referred to %s", async (_how, upload_options, href) => {
    const { payload } = await run({}, upload, { upload_options, environment: { AWS_REGION: "eu-west-1" } });
    expect(payload.features[0]?.assets.result?.href).toBe(href);
  });

  test("keeps the members of an asset that it replaces", async () => {
    const item = { assets: { result: { href: "s3://scenes/old.txt", title: "Kept", roles: ["old"] } } };
    const { payload } = await run(item, upload, { upload_options: { path_template, s3_urls: true } });
    expect(payload.features[0]?.assets.result).toMatchObject({ title: "Kept", roles: ["data"] });
  });

  const template = "$" + "{orbit}";
  const refusal =
    `path template "${template}": the item has no orbit. Add it to the item, or write a stand-in: $` +
    "{orbit?unknown}.";

  test("a template that the item cannot fill is named where it is written, with item and asset once", async () => {
    await expect(run({}, upload, { upload_options: { path_template: template } })).rejects.toMatchObject({
      name: "InvalidInput",
      message: `$.process[0].upload_options.path_template: Item a, asset "result": ${refusal}`,
    });
  });

  test.each([
    [template, refusal],
    [
      5,
      "path template 5: it is no text. Write a text such as $" +
        "{collection}/$" +
        "{year}/$" +
        "{month}/$" +
        "{day}/$" +
        "{id}.",
    ],
  ])("the template %j of a collection is named there", async (of, told) => {
    const payload = payloadOf({});
    const collection_options = { c: { upload_options: { path_template: of } } };
    const process = [{ ...payload.process[0], collection_options }];
    await expect(testTask(probe(upload), { ...payload, process })).rejects.toMatchObject({
      name: "InvalidInput",
      message: `$.process[0].collection_options.c.upload_options.path_template: Item a, asset "result": ${told}`,
    });
  });

  test.each<[string, Use]>([
    ["located", (assets, item) => assets.locate(item, "out.txt")],
    ["stored", (assets, item, workdir) => assets.store(item, join(workdir, "out.txt"))],
  ])("a file that is %s and no asset is named by its item", async (_how, use) => {
    await expect(run({}, use, { upload_options: { path_template: template } })).rejects.toMatchObject({
      message: `$.process[0].upload_options.path_template: Item a: ${refusal}`,
    });
  });

  test("without uploads the asset is the local file", async () => {
    const { payload, written } = await run({}, upload, { environment: { CIRRUS_UPLOAD: "false" } });
    expect(payload.features[0]?.assets.result?.href).toMatch(/^file:\/\/.*\/out\.txt$/);
    expect(written).toEqual([]);
  });
});
