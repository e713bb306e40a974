/** The server on this machine: who may ask it, and how it answers. */
import { existsSync, readdirSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { listen } from "../../../src/api/local/listen.ts";
import { openBulkHere } from "../../../src/queue/open-here.ts";
import { cirrus } from "../../cli/cirrus.ts";
import { payloadText, taskFiles, temporaryProject, workflowFiles, writeFiles } from "../../cli/temporary-project.ts";
import { temporaryFolder } from "../../embedded/temporary-folder.ts";
import { askRaw, serveFolder } from "./served-place.ts";

const jsonOf = async (answer: Response) => (await answer.json()) as Record<string, unknown>;

describe("whoever asks", () => {
  test("has to ask by this machine's own name: a name that leads here is no name of ours", async () => {
    const served = await serveFolder(temporaryProject());
    const host = (name: string) => askRaw(served, "/v1/info", { Host: name });
    for (const name of [`127.0.0.1:${served.port}`, `localhost:${served.port}`, `LOCALHOST:${served.port}`]) {
      expect(await host(name)).toMatchObject({ status: 200 });
    }
    const foreign = ["evil.example", `evil.example:${served.port}`, "127.0.0.1", "localhost:1", `[::1]:${served.port}`];
    for (const name of [...foreign, `localhost.evil.example:${served.port}`, `localhost:${served.port}.evil.example`]) {
      const { status, body } = await host(name);
      expect({ name, refused: status === 400 || status === 403 }).toEqual({ name, refused: true });
      expect(body).not.toContain("version");
    }
    for (const path of ["/dashboard/config.json", "/dashboard/", "/v1/changes"]) {
      const { status, body } = await askRaw(served, path, { Host: `evil.example:${served.port}` });
      expect(status).toBe(403);
      expect(body).not.toContain(served.token);
    }
  });

  test("reads from no page of another site, and is told nothing that such a page could read", async () => {
    const served = await serveFolder(temporaryProject());
    for (const origin of ["https://evil.example", "null", `http://evil.example:${served.port}`, "http://localhost"]) {
      expect((await served.get("/v1/info", { Origin: origin })).status).toBe(403);
    }
    const own = await served.get("/v1/info", { Origin: `http://localhost:${served.port}` });
    expect(own.status).toBe(200);
    expect(own.headers.get("Access-Control-Allow-Origin")).toBeNull();
  });

  test("writes with the token of this start alone, as JSON, and not more than a megabyte", async () => {
    const served = await serveFolder(temporaryProject());
    const post = (headers: Readonly<Record<string, string>>, body = "{}") =>
      fetch(`${served.origin}/v1/actions`, { method: "POST", headers, body });
    const json = { "Content-Type": "application/json" };
    const token = { "X-Cirrus-Token": served.token };
    for (const wrong of [{}, { "X-Cirrus-Token": "" }, { "X-Cirrus-Token": `${served.token}x` }]) {
      const refused = await post({ ...json, ...wrong });
      expect(refused.status).toBe(403);
      expect(await refused.json()).toMatchObject({ type: "no-permission", detail: expect.stringMatching(/token/) });
    }
    const foreign = await post({ ...json, ...token, Origin: "https://evil.example" });
    expect(foreign.status).toBe(403);
    expect((await post({ ...token, "Content-Type": "text/plain" })).status).toBe(415);
    const large = await post({ ...json, ...token }, JSON.stringify("x".repeat(1_000_001)));
    expect(large.status).toBe(413);
    expect(await large.json()).toMatchObject({ type: "too-large" });
  });

  test("gets headers that let the page run its own code alone, whatever the answer is", async () => {
    const served = await serveFolder(temporaryProject());
    for (const path of ["/v1/info", "/v1/nothing", "/dashboard/", "/dashboard/config.json"]) {
      const { headers } = await served.get(path);
      expect(headers.get("Content-Security-Policy")).toContain("frame-ancestors 'none'");
      expect(headers.get("Content-Security-Policy")).not.toContain("unsafe");
      expect(headers.get("X-Content-Type-Options")).toBe("nosniff");
      expect(headers.get("Referrer-Policy")).toBe("no-referrer");
    }
    const refused = await askRaw(served, "/v1/info", { Host: "evil.example" });
    expect(refused.headers["x-content-type-options"]).toBe("nosniff");
  });
});

describe("an answer", () => {
  test("is sent once: asked again with its entity tag it is only confirmed, compressed or not", async () => {
    const served = await serveFolder(temporaryProject());
    for (const encoding of ["gzip", "identity"]) {
      const first = await served.get("/v1/info", { "Accept-Encoding": encoding });
      const tag = first.headers.get("ETag") ?? "";
      expect(tag).not.toBe("");
      const again = await served.get("/v1/info", { "If-None-Match": tag, "Accept-Encoding": encoding });
      expect(again.status).toBe(304);
      expect(await again.text()).toBe("");
      expect(again.headers.get("ETag")).toBe(tag);
    }
    const other = await served.get("/v1/info", { "If-None-Match": '"another"' });
    expect(other.status).toBe(200);
  });

  test("to a path, a method or a parameter that nobody knows says so, and what there is", async () => {
    const served = await serveFolder(temporaryProject());
    const unknown = await served.get("/v1/nothing");
    expect(unknown.headers.get("Content-Type")).toBe("application/problem+json");
    expect(await unknown.json()).toMatchObject({ type: "not-found", status: 404 });

    const misspelt = await served.get("/v1/payloads?sate=FAILED&limit=1");
    expect(misspelt.status).toBe(400);
    expect(await misspelt.json()).toMatchObject({
      problems: [{ parameter: "sate", message: expect.stringContaining("Did you mean state?") }],
    });
    expect((await served.get("/v1/payloads?state=FAILED&state=ABORTED")).status).toBe(400);

    const put = await askRaw(served, "/v1/info", { "X-Cirrus-Token": served.token }, "PUT");
    expect(put).toMatchObject({ status: 405, headers: { allow: "GET, HEAD, OPTIONS" } });
    const trace = await askRaw(served, "/v1/info", {}, "TRACE");
    expect(trace).toMatchObject({ status: 501, headers: { "content-type": "application/problem+json" } });
    const options = await askRaw(served, "/v1/info", {}, "OPTIONS");
    expect(options).toMatchObject({ status: 204, headers: { allow: "GET, HEAD, OPTIONS" }, body: "" });
    const head = await askRaw(served, "/v1/info", {}, "HEAD");
    expect(head).toMatchObject({ status: 200, body: "" });
    expect(head.headers.etag).toBeDefined();
  });
});

describe("a folder", () => {
  test("without a project is looked at and left as it is; what begins in it later is there without a new start", async () => {
    const folder = temporaryFolder();
    const served = await serveFolder(folder);
    expect(await jsonOf(await served.get("/v1/payloads"))).toEqual({ rows: [] });
    expect(await jsonOf(await served.get("/v1/bulk"))).toEqual({ runs: [] });
    expect(await jsonOf(await served.get("/v1/loops"))).toMatchObject({ loops: [] });
    expect(readdirSync(folder)).toEqual([]);

    const bulk = openBulkHere(join(folder, ".cirrus"));
    onTestFinished(bulk.close);
    expect(existsSync(join(folder, ".cirrus/cirrus.db"))).toBe(true);
    expect((await served.get("/v1/bulk/nothing")).status).toBe(404);
    expect(await jsonOf(await served.get("/v1/bulk"))).toEqual({ runs: [] });
  });

  test("shows its workflows as they are written now", async () => {
    const handler = "export const handler = async (payload) => payload;\n";
    const folder = temporaryProject({ ...taskFiles("copy", handler), ...workflowFiles("first", "copy") });
    const served = await serveFolder(folder);
    const names = async () =>
      ((await jsonOf(await served.get("/v1/workflows"))).workflows as { name: string }[]).map(({ name }) => name);
    expect(await names()).toContain("first");
    expect(await names()).not.toContain("second");
    // It is watched some moments after it is served: whatever is saved again is seen then.
    for (let saved = 0; !(await names()).includes("second"); saved += 1) {
      writeFiles(folder, workflowFiles("second", "copy", `      Comment: "${saved}"\n`));
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  });

  test("whose project has problems is looked at all the same", async () => {
    const folder = temporaryProject();
    await cirrus(["publish", "-", "--no-validate"], { cwd: folder, stdin: payloadText("gone", "scene") });
    writeFiles(folder, { "cirrus.yml": "service: [\n", "workflows/broken/definition.yml": "definition: 1\n" });
    const served = await serveFolder(folder);
    expect((await served.get("/v1/info")).status).toBe(200);
    expect(await jsonOf(await served.get("/v1/workflows"))).toMatchObject({ workflows: expect.any(Array) });
  });
});

describe("the port", () => {
  test("is the next one where it is taken, but only where none was asked for", async () => {
    const taken = createServer().listen(0, "127.0.0.1");
    onTestFinished(() => void taken.close());
    await new Promise((resolve) => taken.once("listening", resolve));
    // An address of TCP, as it was asked for.
    const { port } = taken.address() as { port: number };
    const answer = () => new Response("here");
    await expect(listen(() => answer, port)).rejects.toThrow(`The port ${port} is taken.`);

    // From a port that is surely taken: what others do with the usual one meanwhile is theirs.
    const first = await listen(() => answer, undefined, port);
    onTestFinished(first.close);
    expect(first.port).toBeGreaterThan(port);
    const second = await listen(() => answer, undefined, first.port);
    onTestFinished(second.close);
    expect(second.port).toBeGreaterThan(first.port);
    expect(await (await fetch(second.url)).text()).toBe("here");
  });
});
