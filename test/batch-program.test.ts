import { expect, test } from "vitest";
import { runBatchProgram } from "../src/batch-program.ts";
import { CirrusError, EXIT } from "../src/errors.ts";

async function runWith(args: readonly string[], run: (argument: string, signal: AbortSignal) => Promise<void>) {
  const lines: string[] = [];
  const code = await runBatchProgram({ usage: "cirrus-worker <run>", args, print: (line) => lines.push(line), run });
  return { code, lines };
}

test("the program of a job runs with its one argument, and ends with 0", async () => {
  const given: string[] = [];
  const ended = await runWith(["night"], async (argument) => void given.push(argument));
  expect(ended).toEqual({ code: EXIT.ok, lines: [] });
  expect(given).toEqual(["night"]);
});

test.each([[[]], [["one", "two"]], [["--unknown"]]])(
  "it is told how it is used when it is called with %j",
  async (args) => {
    const ended = await runWith(args, () => expect.unreachable());
    expect(ended).toEqual({ code: EXIT.usage, lines: ["UsageError: cirrus-worker <run>"] });
  },
);

test("what it throws is one line with what to do, because Batch shows a line", async () => {
  const ended = await runWith(["night"], async () => {
    throw new CirrusError("The run\n is gone.", { hint: "Start it again." });
  });
  expect(ended.code).toBe(EXIT.failed);
  expect(ended.lines).toEqual([expect.stringMatching(/: The run is gone\. Start it again\.$/)]);
});

test("it is told when Batch ends the job, and listens no longer than it runs", async () => {
  const before = process.listenerCount("SIGTERM");
  let wasTold = false;
  await runWith(["night"], async (_argument, signal) => {
    for (const listener of process.listeners("SIGTERM").slice(before)) listener("SIGTERM");
    wasTold = signal.aborted;
  });
  expect(wasTold).toBe(true);
  expect(process.listenerCount("SIGTERM")).toBe(before);
});
