import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { describe, expect, onTestFinished, test } from "vitest";
import { makeObjectStore } from "../../../src/embedded/objects/object-store.ts";
import { temporaryFolder } from "../../embedded/temporary-folder.ts";
import { failureOf, portsOf, readTaskFile, write } from "./sample-files.ts";

const ENTRIES = '[{"task_id":"a","data":{}}]';
const ids = async (file: string, ports = portsOf()) =>
  (await Array.fromAsync(readTaskFile({ file }, ports))).map(({ id }) => id);

describe("a task file on this machine", () => {
  test("is known by its extension, also when it is compressed, whatever it is called", async () => {
    const folder = temporaryFolder();
    expect(await ids(write(folder, "one.json.gz", gzipSync(ENTRIES)))).toEqual(["a"]);
    expect(await ids(write(folder, "two.NDJSON", '{"task_id":"b","data":{}}'))).toEqual(["b"]);
    expect(await ids(write(folder, "three.csv", gzipSync("id\nc\n")))).toEqual(["c"]);
    expect(await ids(write(folder, "four.txt", "- task_id: d\n  data: {}\n"))).toEqual(["d"]);
  });

  test("that is not there is named with the one that is", async () => {
    const folder = temporaryFolder();
    write(folder, "tasks.json", ENTRIES);
    await expect(ids(`${folder}/task.json`)).rejects.toMatchObject({
      message: `The task file ${folder}/task.json does not exist.`,
      hint: "Did you mean tasks.json?",
      exitCode: 3,
    });
    await expect(ids(folder)).rejects.toThrow("is a folder");
    await expect(ids("gs://bucket/tasks.json")).rejects.toThrow("its scheme is not known");
  });
});

describe("a module as a task file", () => {
  const tasks = (code: string) => ids(write(temporaryFolder(), "tasks.ts", code));

  test("gives what its generator yields, of either kind, or its list", async () => {
    expect(
      await tasks(
        `export async function* tasks(): AsyncGenerator<object> { for (const n of [1, 2]) yield { task_id: "t" + n, data: { n, when: new Date(0) } }; }`,
      ),
    ).toEqual(["t1", "t2"]);
    expect(await tasks(`export function* tasks() { yield { task_id: "s", data: {} }; }`)).toEqual(["s"]);
    expect(await tasks(`export const tasks = [{ task_id: "l", data: {} }];`)).toEqual(["l"]);
  });

  test("is told what JSON cannot hold, and where it failed", async () => {
    const { problems } = await failureOf(
      tasks(
        `export function* tasks() { yield { task_id: "a", data: { x: NaN } }; yield { task_id: "b" };\nthrow new RangeError("no more"); }`,
      ),
    );
    expect(problems.map(({ message }) => message)).toEqual([
      "found NaN in an entry",
      "found nothing, expected an object",
      "tasks() failed after 2 entries: RangeError: no more",
    ]);
    expect(problems[1]?.path).toBe("$[1].data");
    expect(problems[2]?.hint).toMatch(/tasks\.ts:2\.$/);
  });

  test("without tasks is told what to write", async () => {
    const { problems } = await failureOf(tasks("export const task = [];"));
    expect(problems[0]).toMatchObject({ message: "the module exports no tasks", hint: "Did you mean task?" });
    expect((await failureOf(tasks("import './gone.ts';"))).problems[0]?.code).toBe("bad-module");
  });
});

test("a task file in S3 is fetched, and one that is not there is named", async () => {
  const objects = makeObjectStore(temporaryFolder());
  await objects.put("s3://tasks/mine.jsonl", '{"task_id":"a","data":{}}\n');
  const ports = { ...portsOf(), objects };
  expect(await ids("s3://tasks/mine.jsonl", ports)).toEqual(["a"]);
  await expect(ids("s3://tasks/other.jsonl", ports)).rejects.toThrow("There is no object at s3://tasks/other.jsonl.");
  await expect(ids("s3://tasks", ports)).rejects.toThrow("s3://tasks is not the URL of an object.");
});

describe("a task file on the web", () => {
  async function serve(status: number, body: string): Promise<string> {
    const server = createServer((_request, response) => response.writeHead(status).end(body));
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    onTestFinished(() => void server.close());
    // A server that listens on a port has an address.
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/tasks.json?signature=secret`;
  }

  test("is fetched", async () => {
    expect(await ids(await serve(200, ENTRIES), { ...portsOf(), allowLocal: true })).toEqual(["a"]);
  });

  test("that is not there, or on a server that is not, is named without its signature", async () => {
    const ports = { ...portsOf(), allowLocal: true };
    await expect(ids(await serve(404, ""), ports)).rejects.toThrow(
      /^The task file cannot be fetched: http:\/\/127\.0\.0\.1:\d+\/tasks\.json answered 404 Not Found\.$/,
    );
    await expect(ids(await serve(503, ""), ports)).rejects.toThrow(/cannot be fetched now: .*answered 503/);
    await expect(ids("http://127.0.0.1:9/tasks.json", ports)).rejects.toThrow(
      /cannot be fetched now: .*could not be read/,
    );
  });

  test("is not read from this machine's own network unless that is allowed", async () => {
    await expect(ids("http://127.0.0.1:9/tasks.json")).rejects.toThrow("is not HTTPS");
    await expect(ids("https://127.0.0.1:9/tasks.json")).rejects.toThrow("leads to the private address");
  });
});
