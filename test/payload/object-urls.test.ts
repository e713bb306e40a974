import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CirrusError } from "../../src/errors.ts";
import { isObjectUrl } from "../../src/payload/object-store.ts";
import { batchUrls, payloadUrls } from "../../src/payload/object-urls.ts";

const urls = payloadUrls({ bucket: "payloads", prefix: "cirrus" });
const id = "sentinel-2-l2a/workflow-cog/S2A_33UUP";

describe("the objects of a payload", () => {
  test("lie below the root, by kind, payload ID and execution", () => {
    expect(urls.input(id, "run-1")).toBe(`s3://payloads/cirrus/executions/${id}/run-1/input.json`);
    expect(urls.output(id, "run-1")).toBe(`s3://payloads/cirrus/executions/${id}/run-1/output.json`);
    expect(urls.oversized("ab12")).toBe("s3://payloads/cirrus/tmp/oversized/ab12.json");
    expect(urls.rejection("r-1")).toBe("s3://payloads/cirrus/rejections/by-id/r-1.json");
    expect(urls.batch(id, "u-1")).toEqual({
      url: `s3://payloads/cirrus/tmp/batch/${id}/u-1.json`,
      urlOut: `s3://payloads/cirrus/tmp/batch/${id}/u-1_out.json`,
      urlError: `s3://payloads/cirrus/tmp/batch/${id}/u-1_error.json`,
    });
  });

  test("that arrive for one payload are below no other's, whose ID may begin alike", () => {
    const { members, member, request } = urls.awaits(id);
    expect(members).toBe(`s3://payloads/cirrus/awaits/${id}/~members/`);
    expect(member("a/workflow-b/c")).toMatch(/~members\/[0-9a-f]{32}\.json$/);
    expect(request).toBe(`s3://payloads/cirrus/awaits/${id}/~request.json`);
    for (const other of [`${id}/~members`, `${id}/%7Emembers`]) {
      expect(urls.awaits(other).members.startsWith(members)).toBe(false);
    }
  });

  test("lie at the top of the bucket where the prefix is empty, whatever slashes surround it", () => {
    expect(payloadUrls({ bucket: "payloads", prefix: "" }).rejection("1")).toBe(
      "s3://payloads/rejections/by-id/1.json",
    );
    expect(payloadUrls({ bucket: "payloads", prefix: "/a/b/" }).rejection("1")).toBe(
      "s3://payloads/a/b/rejections/by-id/1.json",
    );
  });

  test("keep a job's result beside its input, wherever that is and whatever its name holds", () => {
    expect(batchUrls("s3://b/x.json/y.json")).toMatchObject({
      urlOut: "s3://b/x.json/y_out.json",
      urlError: "s3://b/x.json/y_error.json",
    });
    expect(batchUrls("s3://b/y")).toMatchObject({ urlOut: "s3://b/y_out.json" });
    expect(batchUrls("s3://b/y.json.gz")).toMatchObject({ urlOut: "s3://b/y_out.json" });
  });

  test("refuse a prefix that leaves no room for the rest of the key", () => {
    expect(() => payloadUrls({ bucket: "payloads", prefix: "x".repeat(201) })).toThrow(CirrusError);
  });
});

describe("the key of any payload ID", () => {
  const keyOf = (text: string) =>
    urls.output(text, "6ba7b811-9dad-51d1-80b4-00c04fd430c8").slice("s3://payloads/".length);
  const anyId = fc.oneof(
    fc.string({ unit: "grapheme", minLength: 1, maxLength: 900 }),
    fc
      .array(fc.constantFrom("a", "..", ".", "", "x".repeat(300), "é", "%2F", "~", "a b"), { minLength: 1 })
      .map((parts) => parts.join("/")),
  );

  test("is one that S3 and a file system take, and never climbs out of its folder", () => {
    fc.assert(
      fc.property(anyId, (text) => {
        const key = keyOf(text);
        expect(Buffer.byteLength(key)).toBeLessThanOrEqual(1024);
        expect(key).toMatch(/^cirrus\/executions\/[A-Za-z0-9._~%/-]+\/output\.json$/);
        for (const segment of key.split("/")) {
          expect(["", ".", ".."]).not.toContain(segment);
          expect(segment.length).toBeLessThanOrEqual(255);
        }
        expect(isObjectUrl(`s3://payloads/${key}`)).toBe(true);
      }),
    );
  });

  test("is another for every other ID", () => {
    fc.assert(
      fc.property(anyId, anyId, (a, b) => {
        expect(keyOf(a) === keyOf(b)).toBe(a === b);
      }),
    );
    expect(keyOf("a//b")).not.toBe(keyOf("a/b"));
    expect(keyOf("a/%2F/b")).not.toBe(keyOf("a//b"));
    expect(keyOf(`${"x".repeat(899)}1`)).not.toBe(keyOf(`${"x".repeat(899)}2`));
  });
});

test("parts of a log are in the order of the bytes that they begin at", () => {
  const { loops } = payloadUrls({ bucket: "payloads", prefix: "cirrus" });
  const starts = [0, 9, 10, 65_536, 1_000_000, 20_000_000];
  const names = starts.map((start) => loops.log("0190", start));
  expect(names.toSorted()).toEqual(names);
  for (const name of names) expect(name.startsWith(loops.logs("0190"))).toBe(true);
  expect(loops.logs("0190").startsWith(loops.execution("0190"))).toBe(true);
});

test("code of two repositories, or of two commits, is never one object", () => {
  const { loops } = payloadUrls({ bucket: "payloads", prefix: "cirrus" });
  const repositories = [
    "https://git.example/a",
    "https://git.example/A",
    "https://git.example/a/",
    "../a",
    "ä".repeat(900),
  ];
  const urls = repositories.flatMap((one) => ["3f2a9c1e", "3f2a9c1f"].map((commit) => loops.source(one, commit)));
  expect(new Set(urls).size).toBe(urls.length);
  for (const url of urls)
    expect(url).toMatch(/^s3:\/\/payloads\/cirrus\/loops\/sources\/[0-9a-f]{32}\/3f2a9c1[ef]\.tar\.gz$/);
});
