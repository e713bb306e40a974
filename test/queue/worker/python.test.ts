/** The example in Python, run as a command by a real worker. */
import { spawnSync } from "node:child_process";
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { findProgram } from "../../../src/queue/program.ts";
import { temporaryFolder } from "../../embedded/temporary-folder.ts";
import { work } from "./work.ts";

const EXAMPLES = join(import.meta.dirname, "../../../examples/bulk/python");
const hasPython = spawnSync("python3", ["-c", "import sys; sys.exit(sys.version_info < (3, 9))"]).status === 0;

/** A worker file with this function, beside a copy of the module that makes it one. */
function pythonWorker(process: string, options = "") {
  const folder = temporaryFolder();
  copyFileSync(join(EXAMPLES, "cirrus_worker.py"), join(folder, "cirrus_worker.py"));
  const text = `import asyncio, sys
from cirrus_worker import Worker, done, failed, retry

${process}

async def main():
    await Worker(process_task, args=sys.argv[1:]${options}).start()

asyncio.run(main())
`;
  writeFileSync(join(folder, "worker.py"), text);
  return findProgram({ kind: "command", command: ["./worker.py"] }, undefined, folder);
}

async function endOf(process: string, options = "") {
  const { endOf } = await work({ one: { n: 2 } }, { program: pythonWorker(process, options) });
  return endOf("one");
}

describe.skipIf(!hasPython)("a worker in Python", () => {
  test("runs the example's task files", async () => {
    const entries: { task_id: string; data: { num1: number; num2: number } }[] = JSON.parse(
      readFileSync(join(EXAMPLES, "my_tasks.json"), "utf8"),
    );
    const program = findProgram({ kind: "command", command: [join(EXAMPLES, "my_worker.py")] }, undefined, EXAMPLES);
    const tasks = Object.fromEntries(entries.map(({ task_id, data }) => [task_id, data]));
    const { endOf } = await work({ ...tasks, wrong: { num1: "one" } }, { program });
    expect(endOf("addition-2")).toMatchObject({ outcome: "done", result: { sum: 42 } });
    expect(endOf("wrong")).toMatchObject({ outcome: "failed", error: { message: "num1 and num2 have to be numbers" } });
    expect(readFileSync(endOf("addition-1").log ?? "", "utf8")).toBe("addition-1: attempt 1 on local\n");
  });

  test.each([
    ["return done({'n': data['n']})", { outcome: "done", result: { n: 2 } }],
    ["return retry('busy')", { outcome: "requested", error: { message: "busy" } }],
    ["raise ValueError('no such band')", { outcome: "exception", error: { name: "ValueError" } }],
    ["raise MemoryError()", { outcome: "memory" }],
    ["sys.exit(3)", { outcome: "exit", exitCode: 3 }],
    ["return done({'found': [{1, 2}]})", { error: { message: expect.stringContaining("$.found[0] is a set.") } }],
    ["return done(worker.num_simultaneous_tasks)", { outcome: "done", result: 2 }],
  ])("names its outcome: %s", async (body, expected) => {
    expect(await endOf(`def process_task(task_id, data, worker):\n    ${body}`)).toMatchObject(expected);
  });

  test("may be async", async () => {
    expect(await endOf("async def process_task(task_id, data, worker):\n    return done(task_id)")).toMatchObject({
      result: "one",
    });
  });

  test("may not return a bare pair, since programs disagree on what True means", async () => {
    const pair = (first: string) => `def process_task(task_id, data, worker):\n    return ${first}, {'n': 1}`;
    const refused = await endOf(pair("True"));
    expect(refused).toMatchObject({ outcome: "exception", error: { name: "InvalidOutcome" } });
    expect(refused.error?.message).toContain('Or say what True means: Worker(process_task, true_means="done").');
    expect(await endOf(pair("True"), ', true_means="done"')).toMatchObject({ outcome: "done", result: { n: 1 } });
    expect(await endOf(pair("False"), ', true_means="done"')).toMatchObject({ outcome: "requested" });
    expect(await endOf(pair("False"), ', true_means="retry"')).toMatchObject({ outcome: "done" });
    const busy = "def process_task(task_id, data, worker):\n    return False, 'the server is busy'";
    expect(await endOf(busy, ', true_means="done"')).toMatchObject({
      outcome: "requested",
      error: { message: "the server is busy" },
    });
  });
});
