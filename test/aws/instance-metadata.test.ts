import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { makeInstanceMetadata, readInstance } from "../../src/aws/instance-metadata.ts";
import { makeInstanceNotices } from "../../src/aws/instance-notices.ts";
import { makeVirtualClock } from "../virtual-clock.ts";

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** Version 2 alone, as on instances that ask for a token; a token is good for some answers. */
async function serve(texts: Record<string, string>, answersAToken = Number.POSITIVE_INFINITY) {
  let tokens = 0;
  let answers = 0;
  const server = createServer((request, response) => {
    if (request.method === "PUT" && request.headers["x-aws-ec2-metadata-token-ttl-seconds"]) {
      tokens += 1;
      answers = 0;
      return response.end(`token-${tokens}`);
    }
    answers += 1;
    const known = request.headers["x-aws-ec2-metadata-token"] === `token-${tokens}` && answers <= answersAToken;
    const text = texts[(request.url ?? "").replace("/latest/meta-data/", "")];
    response.statusCode = known ? (text === undefined ? 404 : 200) : 401;
    return response.end(known ? text : "");
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  closing.push(() => server.close());
  // A server that listens on a port has an address of this form.
  const { port } = server.address() as AddressInfo;
  const environment = { AWS_EC2_METADATA_SERVICE_ENDPOINT: `http://127.0.0.1:${port}` };
  return { metadata: makeInstanceMetadata(environment), tokens: () => tokens };
}

describe("an instance", () => {
  test("says what it is, with one token for all questions", async () => {
    const { metadata, tokens } = await serve({
      "instance-id": "i-1",
      "instance-type": "m7g.large",
      "placement/availability-zone": "us-west-2b",
      "instance-life-cycle": "spot",
    });
    expect(await readInstance(metadata)).toEqual({ id: "i-1", type: "m7g.large", zone: "us-west-2b", spot: true });
    expect(tokens()).toBe(1);
  });

  test("is asked with another token when one is over", async () => {
    const { metadata, tokens } = await serve({ "instance-id": "i-1" }, 2);
    for (let i = 0; i < 5; i += 1) expect(await metadata.read("instance-id")).toBe("i-1");
    expect(tokens()).toBe(3);
  });

  test("is nothing known of on another machine", async () => {
    expect(await readInstance(makeInstanceMetadata({ AWS_EC2_METADATA_DISABLED: "true" }))).toEqual({});
    const nobody = makeInstanceMetadata({ AWS_EC2_METADATA_SERVICE_ENDPOINT: "http://127.0.0.1:9" });
    expect(await readInstance(nobody)).toEqual({});
  });

  test("tells once that it is taken away, and that it may be", async () => {
    const texts: Record<string, string> = {};
    const { metadata } = await serve(texts);
    const clock = makeVirtualClock();
    let looks = 0;
    const read = async (path: string) => {
      looks += 1;
      if (looks === 5) texts["events/recommendations/rebalance"] = '{"noticeTime": "2030-01-01T08:00:00Z"}';
      if (looks === 9) texts["spot/instance-action"] = '{"action": "terminate", "time": "2030-01-01T08:22:00Z"}';
      return metadata.read(path);
    };
    const notices = makeInstanceNotices({ read }, clock);
    const signal = new AbortController().signal;
    expect(await notices.next(signal)).toEqual({ kind: "rebalance", at: Date.parse("2030-01-01T08:00:00Z") });
    expect(await notices.next(signal)).toEqual({ kind: "termination", at: Date.parse("2030-01-01T08:22:00Z") });
    expect(await notices.next(AbortSignal.abort())).toBeUndefined();
  });
});
