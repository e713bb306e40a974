/** CloudWatch Logs answers with pages that may be empty although more follow; the end is a token that comes back. */
import { afterEach, expect, test } from "vitest";
import { type CloudWatchTaskLogs, makeCloudWatchTaskLogs } from "../../src/aws/task-logs.ts";
import { EXIT } from "../../src/errors.ts";
import { type Answer, type Call, type FakeAws, json, jsonError, startFakeAws } from "./fake-aws.ts";

let aws: FakeAws | undefined;
afterEach(async () => {
  await aws?.close();
  aws = undefined;
});

async function over(answer: (call: Call, index: number) => Answer): Promise<CloudWatchTaskLogs> {
  aws = await startFakeAws(answer);
  return makeCloudWatchTaskLogs({ logs: aws.clients.logs });
}

/** Pages of a stream, the newest last; the token is a page's number. */
function stream(pages: readonly (readonly string[])[]) {
  return ({ body }: Call): Answer => {
    const { nextToken, startFromHead } = JSON.parse(body);
    const at = nextToken === undefined ? (startFromHead ? 0 : pages.length - 1) : Number(nextToken);
    const events = (pages[at] ?? []).map((message, i) => ({ timestamp: 1_700_000_000_000 + at * 10 + i, message }));
    return json({
      events,
      nextForwardToken: `${Math.min(at + 1, pages.length)}`,
      nextBackwardToken: `${Math.max(at - 1, -1)}`,
    });
  };
}

const texts = (lines: readonly { message: string }[] | undefined) => lines?.map(({ message }) => message);

test("the tail is found behind empty pages, oldest first", async () => {
  const logs = await over(stream([["a"], ["b", "c"], [], [], ["d\n"], []]));
  expect(texts(await logs.tail("def/default/id", 4))).toEqual(["a", "b", "c", "d"]);
  expect(JSON.parse(aws?.calls[0]?.body ?? "")).toMatchObject({
    logGroupName: "/aws/batch/job",
    logStreamName: "def/default/id",
    startFromHead: false,
  });
});

test("a stream that is shorter than asked for ends where its token comes back", async () => {
  const logs = await over(stream([["a"]]));
  expect(texts(await logs.tail("s", 100))).toEqual(["a"]);
  expect(aws?.calls.length).toBeLessThanOrEqual(3);
});

test("a stream that is not there, of a container that never ran, is none", async () => {
  const logs = await over(() => jsonError(400, "ResourceNotFoundException"));
  expect(await logs.tail("s", 10)).toBeUndefined();
  expect(await logs.readFrom("s")).toBeUndefined();
  expect(await logs.search({ group: "/aws/lambda/x", text: "id", since: "2026-01-01T00:00:00Z" })).toEqual([]);
});

test("reading goes on where it stopped, and finds what was written since", async () => {
  const pages = [["a"], ["b"]];
  const logs = await over((call) => stream(pages)(call));
  const first = await logs.readFrom("s");
  expect(texts(first?.lines)).toEqual(["a", "b"]);
  expect((await logs.readFrom("s", first?.next))?.lines).toEqual([]);
  pages.push(["c"]);
  expect(texts((await logs.readFrom("s", first?.next))?.lines)).toEqual(["c"]);
});

test("a stream of a Lambda is named with its group", async () => {
  const logs = await over(stream([["a"]]));
  await logs.tail("/aws/lambda/demo-prod-mirror/2026/11/20/[$LATEST]abc", 1);
  expect(JSON.parse(aws?.calls[0]?.body ?? "")).toMatchObject({
    logGroupName: "/aws/lambda/demo-prod-mirror",
    logStreamName: "2026/11/20/[$LATEST]abc",
  });
});

test("a search asks for the text as it is, over all pages", async () => {
  const logs = await over((_, index) =>
    index === 0
      ? json({ events: [], nextToken: "n" })
      : json({ events: [{ timestamp: 1_700_000_000_000, message: "found" }] }),
  );
  const found = await logs.search({ group: "/aws/lambda/x", text: "req-1", since: "2023-11-14T00:00:00Z" });
  expect(found).toEqual([{ at: "2023-11-14T22:13:20.000Z", message: "found" }]);
  expect(JSON.parse(aws?.calls[0]?.body ?? "")).toMatchObject({ filterPattern: '"req-1"' });
});

test("a place in a log that CloudWatch never gave, or has forgotten, is the reader's own fault", async () => {
  const logs = await over(() => jsonError(400, "InvalidParameterException", "The specified nextToken is invalid."));
  await expect(logs.readFrom("s", "f/forged/s")).rejects.toMatchObject({
    message: expect.stringContaining('The cursor "f/forged/s" does not belong to this log'),
    exitCode: EXIT.usage,
  });
  await expect(logs.readFrom("s")).rejects.toMatchObject({ name: "InvalidParameterException" });
});
