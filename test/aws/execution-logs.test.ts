/** Which logs belong to an execution's tasks, from its history and from what Batch and CloudWatch Logs say. */
import { describe, expect, test } from "vitest";
import { makeExecutionLogs } from "../../src/aws/execution-logs.ts";
import type { LogSearch } from "../../src/aws/task-logs.ts";
import type { ExecutionDescription, HistoryEvent } from "../../src/executions/executions.ts";
import type { LogLine } from "../../src/executions/jobs.ts";

const KEY = { workflow: "mirror", name: "run-1" };
const PAYLOAD = "demo/workflow-mirror/scene";
const FUNCTION = "arn:aws:lambda:us-west-2:123456789012:function:demo-copy:live";

const at = (seconds: number) => new Date(Date.parse("2030-01-01T00:00:00Z") + seconds * 1000).toISOString();

type Event = readonly [type: string, path: string, seconds: number, details?: HistoryEvent["details"]];

interface World {
  readonly events: readonly Event[];
  /** Lines of the function's log group. */
  readonly lines?: readonly LogLine[];
  readonly jobs?: Readonly<Record<string, object>>;
  readonly streams?: Readonly<Record<string, readonly LogLine[]>>;
}

function open({ events, lines = [], jobs = {}, streams = {} }: World) {
  const searches: LogSearch[] = [];
  const history = events.map(([type, path, seconds, details = {}], index) => ({
    id: index + 1,
    previousId: index,
    type,
    at: at(seconds),
    path,
    details,
  }));
  const logs = makeExecutionLogs({
    executions: {
      describe: async () =>
        ({
          ...KEY,
          arn: "",
          status: "RUNNING",
          input: "{}",
          startedAt: at(0),
          redriveCount: 0,
        }) satisfies ExecutionDescription,
      history: async () => history,
    },
    batch: async () => ({
      describeJobs: async ({ jobs: ids = [] }) => ({ $metadata: {}, jobs: ids.map((id) => jobs[id] as never) }),
    }),
    logs: {
      async search(query) {
        searches.push(query);
        const { text, since, until = "9" } = query;
        return lines.filter((line) => line.message.includes(text) && line.at >= since && line.at <= until);
      },
      async readFrom(stream, cursor = "0") {
        const found = streams[stream]?.slice(Number(cursor));
        return found && { lines: found, next: String(Number(cursor) + found.length) };
      },
    },
    payloadIdOf: async () => PAYLOAD,
  });
  return { logs, searches };
}

const begins = (seconds: number, requestId: string): LogLine => ({
  at: at(seconds),
  message: JSON.stringify({ message: "copy begins", payloadId: PAYLOAD, requestId }),
});

describe("the logs of an execution on AWS", () => {
  const lambda = (path: string, from: number, to: number, end = "LambdaFunctionSucceeded"): readonly Event[] => [
    ["LambdaFunctionScheduled", path, from, { resource: FUNCTION }],
    [end, path, to, {}],
  ];

  test("each try of a function leads to a request of its own, by the lines that name the payload", async () => {
    const { logs, searches } = open({
      events: [...lambda("/copy#1", 1, 3, "LambdaFunctionFailed"), ...lambda("/copy#1", 5, 8)],
      lines: [begins(2, "r-1"), { at: at(2.5), message: "r-1 ERROR down" }, begins(6, "r-2")],
    });
    const tries = await logs.tries(KEY);
    expect(tries).toMatchObject([
      { step: "copy", attempt: 1, kind: "lambda", log: "/aws/lambda/demo-copy/r-1" },
      { step: "copy", attempt: 2, kind: "lambda", log: "/aws/lambda/demo-copy/r-2" },
    ]);
    expect(searches[0]).toMatchObject({ group: "/aws/lambda/demo-copy", text: PAYLOAD });
    const [first] = tries;
    if (first === undefined) throw new Error("no try");
    const chunk = await logs.read(first);
    expect(chunk.lines.map(({ message }) => message)).toEqual([begins(2, "r-1").message, "r-1 ERROR down"]);
    expect((await logs.read(first, chunk.next)).lines).toEqual([]);
  });

  test("lines that come later at the time of the last one are read, none is read twice", async () => {
    const lines: LogLine[] = [begins(2, "r-1")];
    const { logs } = open({ events: lambda("/copy#1", 1, 3), lines });
    const [one] = await logs.tries(KEY);
    if (one === undefined) throw new Error("no try");
    const first = await logs.read(one);
    lines.push({ at: at(2), message: "r-1 the same moment" }, { at: at(3), message: "r-1 later" });
    const second = await logs.read(one, first.next);
    expect(second.lines.map(({ message }) => message)).toEqual(["r-1 the same moment", "r-1 later"]);
    expect((await logs.read(one, second.next)).lines).toEqual([]);
  });

  test("a function that is called by lambda:invoke tells its request itself", async () => {
    const { logs } = open({
      events: [
        [
          "TaskScheduled",
          "/copy#1",
          1,
          { resourceType: "lambda", resource: "invoke", parameters: { FunctionName: FUNCTION } },
        ],
        ["TaskSucceeded", "/copy#1", 3, { output: { SdkResponseMetadata: { RequestId: "r-9" } } }],
      ],
    });
    expect(await logs.tries(KEY)).toMatchObject([{ log: "/aws/lambda/demo-copy/r-9" }]);
  });

  test("a job that runs is asked for its streams, one that has ended brings them", async () => {
    const { logs } = open({
      events: [
        ["TaskScheduled", "/each#1/2/work#1", 1, { resourceType: "batch" }],
        ["TaskSubmitted", "/each#1/2/work#1", 1, { output: { JobId: "job-1" } }],
        ["TaskScheduled", "/each#1/3/work#1", 1, { resourceType: "batch" }],
        [
          "TaskFailed",
          "/each#1/3/work#1",
          9,
          { cause: JSON.stringify({ JobId: "job-2", Attempts: [{ Container: { LogStreamName: "d" } }] }) },
        ],
      ],
      jobs: {
        "job-1": {
          attempts: [{ container: { logStreamName: "a" }, startedAt: Date.parse(at(2)), stoppedAt: Date.parse(at(3)) }],
          container: { logStreamName: "b" },
        },
      },
      streams: { a: [{ at: at(2), message: "one" }] },
    });
    const tries = await logs.tries(KEY);
    expect(tries.map(({ step, jobAttempt, log }) => [step, jobAttempt, log])).toEqual([
      ["each[2].work", 1, "a"],
      ["each[2].work", 2, "b"],
      ["each[3].work", 1, "d"],
    ]);
    const [first, second] = tries;
    if (first === undefined || second === undefined) throw new Error("no tries");
    expect((await logs.read(first)).lines).toEqual([{ at: at(2), message: "one" }]);
    expect(await logs.read(second)).toEqual({ lines: [], next: undefined });
  });

  test("what has no log of ours is no try", async () => {
    const { logs } = open({
      events: [
        ["TaskScheduled", "/tell#1", 1, { resourceType: "sns", resource: "publish" }],
        ["TaskSucceeded", "/tell#1", 2, { output: {} }],
        ["TaskScheduled", "/work#1", 3, { resourceType: "batch" }],
        ["TaskFailed", "/work#1", 4, { error: "Batch.ClientException", cause: "no such queue" }],
        ...lambda("/copy#1", 5, 6),
      ],
    });
    expect(await logs.tries(KEY)).toEqual([]);
  });
});
