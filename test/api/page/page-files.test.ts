/** The files of the page, from a folder as the build leaves it. */
import { join } from "node:path";
import { expect, test } from "vitest";
import { pageFiles } from "../../../src/api/page/page-files.ts";
import { writeFiles } from "../../cli/temporary-project.ts";
import { temporaryFolder } from "../../embedded/temporary-folder.ts";

const BUILD = {
  "index.html": "<!doctype html><title>Cirrus</title>",
  "assets/index-3fa9.js": "export {};",
  "favicon.svg": "<svg/>",
};

function served(files: Readonly<Record<string, string>>) {
  const folder = join(temporaryFolder(), "dist");
  writeFiles(folder, { "../secret.txt": "nobody's", ...files });
  return pageFiles(folder, { auth: { kind: "token", token: "t" } });
}

test("every path of the page that is no file is the page itself", async () => {
  const page = served(BUILD);
  for (const path of [
    "/dashboard/",
    "/dashboard/payloads",
    "/dashboard/execution/mirror/a.b.c",
    "/dashboard/loops/x",
  ]) {
    const answer = await page.request(path);
    expect([path, answer.status, await answer.text()]).toEqual([path, 200, BUILD["index.html"]]);
    expect(answer.headers.get("Content-Type")).toMatch(/^text\/html/);
    // A new build has to be seen at once.
    expect(answer.headers.get("Cache-Control")).toBe("no-cache");
  }
  const bare = await page.request("/dashboard");
  expect([bare.status, bare.headers.get("Location")]).toEqual([302, "/dashboard/"]);
});

test("files whose names hold a hash are kept for ever; one of an older build is missing, and no page in its place", async () => {
  const page = served(BUILD);
  const script = await page.request("/dashboard/assets/index-3fa9.js");
  expect(script.headers.get("Content-Type")).toMatch(/^text\/javascript/);
  expect(script.headers.get("Cache-Control")).toContain("immutable");
  const former = await page.request("/dashboard/assets/index-0000.js");
  expect(former.status).toBe(404);
  expect(former.headers.get("Cache-Control")).not.toContain("immutable");
});

test("nothing outside of the folder is served, however it is asked for", async () => {
  const page = served(BUILD);
  for (const path of [
    "../secret.txt",
    "..%2fsecret.txt",
    "%2e%2e/secret.txt",
    "..%5csecret.txt",
    "assets/../../secret.txt",
  ]) {
    const answer = await page.request(`/dashboard/${path}`);
    expect([path, (await answer.text()).includes("nobody's")]).toEqual([path, false]);
  }
});

test("a page that is not built says how to build it, and its settings are there all the same", async () => {
  const page = served({});
  const answer = await page.request("/dashboard/payloads");
  expect(answer.status).toBe(503);
  expect(await answer.text()).toContain("npm run build:dashboard");
  const config = await page.request("/dashboard/config.json");
  expect(await config.json()).toEqual({ auth: { kind: "token", token: "t" } });
  expect(config.headers.get("Cache-Control")).toBe("no-store");
});
