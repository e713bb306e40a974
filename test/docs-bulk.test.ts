/** What the guide of bulk runs shows is taken out of it and run, with a small server in place of example.com. */
import { chmodSync, readFileSync, symlinkSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { EXIT } from "../src/errors.ts";
import { cirrus, type Ended } from "./cli/cirrus.ts";
import { PACKAGE, writeFiles } from "./cli/temporary-project.ts";
import { temporaryFolder } from "./embedded/temporary-folder.ts";
import { guideBlocks } from "./guide-blocks.ts";

const { block, commands } = guideBlocks("bulk-runs.md");
const TYPESCRIPT = block("ts", "defineWorker");
const JSON_TASKS = block("json", '"task_id": "task-1"');
const YAML_TASKS = block("yaml", "- task_id");
const PYTHON = block("python", "process_task");
const CONFIG = block("yaml", "provider: aws");

/** Answers `/busy` with 503 and everything else with 5 bytes; gives its address. */
async function serveHello(): Promise<string> {
  const server = createServer((request, response) => {
    response.statusCode = request.url === "/busy" ? 503 : 200;
    response.end("hello");
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  onTestFinished(() => void server.close());
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The server has no port.");
  return `http://127.0.0.1:${address.port}`;
}

function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = temporaryFolder();
  writeFiles(folder, files);
  return folder;
}

/** A folder where the package is installed, as a module needs it. */
function packageFolder(files: Readonly<Record<string, string>>): string {
  const folder = folderWith({ "package.json": '{ "type": "module" }', "node_modules/.keep": "", ...files });
  symlinkSync(PACKAGE, join(folder, "node_modules/cirrus-pipeline"));
  return folder;
}

function run(cwd: string, words: readonly string[]): Promise<Ended> {
  return cirrus(words, { cwd, env: { PATH: process.env.PATH ?? "" } });
}

async function endsOf(cwd: string, name: string): Promise<readonly unknown[]> {
  const { stdout } = await run(cwd, ["bulk", "entries", name, "-o", "json"]);
  return (JSON.parse(stdout) as { entry: { id: string }; state: string; reason?: string }[]).map(
    ({ entry, state, reason }) => [entry.id, state, reason],
  );
}

describe("the guide of bulk runs", () => {
  test("its worker in TypeScript, its JSON file and the commands that look at the run", async () => {
    const address = await serveHello();
    const tasks = JSON_TASKS.replaceAll("https://example.com", address);
    const cwd = packageFolder({ "my_worker.ts": TYPESCRIPT, "my_tasks.json": tasks });
    for (const words of commands("--num-simultaneous-tasks 10")) {
      const ended = await run(cwd, words);
      expect(ended.code, ended.stderr).toBe(EXIT.ok);
      expect(ended.stdout).toContain("✓ all 2 entries are done");
    }
    for (const words of commands("bulk dump")) {
      const ended = await run(cwd, words);
      expect({ words, code: ended.code }, ended.stderr).toEqual({ words, code: EXIT.ok });
      if (words[1] === "dump") expect(JSON.parse(ended.stdout)).toEqual([]);
      if (words[1] === "results") {
        const results = ["task-1", "task-2"].map((id) => `{"task_id":"${id}","result":{"bytes":5}}\n`);
        expect(ended.stdout).toBe(results.join(""));
      }
    }
    expect(await endsOf(cwd, "my-worker-my-tasks")).toEqual([
      ["task-1", "DONE", undefined],
      ["task-2", "DONE", undefined],
    ]);
  });

  test("its YAML file, and what its worker says of a busy server and of data without a URL", async () => {
    const address = await serveHello();
    const own = YAML_TASKS.replaceAll("https://example.com", address);
    const others = `- task_id: task-2\n  data: { url: "${address}/busy" }\n- task_id: task-3\n  data: {}\n`;
    const cwd = packageFolder({ "my_worker.ts": TYPESCRIPT, "my_tasks.yml": `${own}${others}` });
    const args = ["bulk", "run", "./my_worker.ts", "--tasks", "my_tasks.yml", "--retry-delay", "0"];
    const ended = await run(cwd, args);
    expect(ended.code, ended.stderr).toBe(EXIT.partial);
    expect(await endsOf(cwd, "my-worker-my-tasks")).toEqual([
      ["task-1", "DONE", undefined],
      ["task-2", "FAILED", expect.stringMatching(/the server is busy.*5 times/)],
      ["task-3", "FAILED", expect.stringContaining("it has no url")],
    ]);
  });

  test("its worker in Python beside the file that comes with it, and the same for pairs", async () => {
    const module = readFileSync(join(PACKAGE, "examples/bulk/python/cirrus_worker.py"), "utf8");
    const pairs = PYTHON.replace("return done(", "return (True, ").replace(
      "Worker(process_task, args=sys.argv[1:])",
      'Worker(process_task, true_means="done")',
    );
    expect(readFileSync(join(PACKAGE, "docs/guide/bulk-runs.md"), "utf8")).toContain(
      '`Worker(process_task, true_means="done")`',
    );
    const cwd = folderWith({
      "cirrus_worker.py": module,
      "my_worker.py": PYTHON,
      "pairs.py": pairs,
      "my_tasks.json": '[{ "task_id": "task-1", "data": { "num1": 1, "num2": 2 } }]',
    });
    for (const program of ["my_worker.py", "pairs.py"]) {
      const ended = await run(cwd, ["bulk", "run", `./${program}`, "--tasks", "my_tasks.json"]);
      expect(ended.code, ended.stderr).toBe(EXIT.ok);
      const name = `${program.replace(/_|\.py/g, (part) => (part === "_" ? "-" : ""))}-my-tasks`;
      const { stdout } = await run(cwd, ["bulk", "results", name, "-o", "json"]);
      expect(JSON.parse(stdout)).toEqual([{ task_id: "task-1", result: { sum: 3 } }]);
    }
  });

  test("each outcome that a program in any language may write", async () => {
    const outcomes = block("json", '"outcome": "retry"').trim().split("\n");
    const script = `#!/bin/sh\nsed -n "\${CIRRUS_TASK_ID#line-}p" "$OUTCOMES" > "$CIRRUS_OUTCOME"\n`;
    const tasks = outcomes.map((_, index) => ({ task_id: `line-${index + 1}`, data: {} }));
    const cwd = folderWith({
      "work.sh": script.replace("$OUTCOMES", "$(dirname $0)/outcomes"),
      outcomes: outcomes.join("\n"),
      "my_tasks.json": JSON.stringify(tasks),
    });
    chmodSync(join(cwd, "work.sh"), 0o755);
    await run(cwd, ["bulk", "run", "./work.sh", "--tasks", "my_tasks.json", "--retry-delay", "0"]);
    expect(await endsOf(cwd, "work-my-tasks")).toEqual([
      ["line-1", "DONE", undefined],
      ["line-2", "FAILED", expect.stringContaining("the server is busy")],
      ["line-3", "FAILED", expect.stringContaining("there is no such place")],
      ["line-4", "FAILED", expect.stringContaining("no such band")],
    ]);
  });

  test("its configuration file, of which a dry run names the line of each value and plans a pool", async () => {
    const cwd = folderWith({
      "my_worker.py": PYTHON,
      "my_tasks.json": JSON_TASKS,
      "myconfig.yml": CONFIG,
      "startup_script.sh": "echo ready\n",
    });
    for (const words of commands("--config myconfig.yml")) {
      const ended = await run(cwd, words);
      expect(ended.code, ended.stderr).toBe(EXIT.ok);
      expect(ended.stdout).toMatch(/job-id +my-processing-job +myconfig\.yml:3/);
      expect(ended.stdout).toMatch(/max-total-price-per-hour +1 +myconfig\.yml:10/);
      expect(ended.stdout).toMatch(/m7\S+\.\w+/);
    }
  });

  test("its plans and its catalogue, which need neither an account nor a network", async () => {
    const offline = commands("catalog instance-types").filter((words) => words.includes("--offline"));
    expect(offline).toHaveLength(2);
    for (const words of offline) {
      const ended = await run(temporaryFolder(), words);
      expect(ended.code, ended.stderr).toBe(EXIT.ok);
      expect(ended.stdout).toContain("spot");
    }
  });
});
