/** Tasks and workflows of a Cirrus project as loops run them: in processes of their own, out of a checkout alone. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../../src/json.ts";
import type { Work } from "../../../src/loop/loop-task.ts";
import { loopProgram } from "../../../src/scheduler/programs/programs.ts";
import { payloadText, taskFiles, workflowFiles } from "../../cli/temporary-project.ts";
import { runProgram, temporaryFolder, writeFiles } from "../../notebook/javascript/run-notebook.ts";

const GREET = `import { defineTask } from "cirrus-pipeline/task";
import { z } from "zod";
import { greeting } from "greetings";

export const handler = defineTask({
  name: "greet",
  parameters: z.object({ name: z.string(), loud: z.boolean().default(false) }),
  async run({ items, parameters, log, objects }) {
    log.info("greeting", { name: parameters.name });
    console.log("said by", process.env.SAID_BY);
    for (const item of items) item.properties = { ...item.properties, greeting: \`\${greeting} \${parameters.name}\` };
    if (parameters.loud) await objects.put("s3://cirrus-data/loud.txt", parameters.name);
    if (parameters.name === "nobody") throw new RangeError("There is nobody");
  },
});
`;

const PROJECT = {
  "cirrus.yml": "service: demo\nprovider:\n  environment:\n    SAID_BY: the project\n",
  ...taskFiles("greet", GREET),
  ...workflowFiles("greeting", "greet"),
  "payloads/one.json": payloadText("greeting", "one", {
    process: [{ workflow: "greeting", tasks: { greet: { name: "file", loud: true } } }],
  }),
  "payloads/item.json": JSON.stringify({ type: "Feature", id: "alone", collection: "demo" }),
};

const PACKAGES = {
  "greetings/package.json": '{"name":"greetings","type":"module","exports":"./index.js"}',
  "greetings/index.js": 'export const greeting = "hello";',
};

interface Place {
  readonly checkout: string;
  readonly data: string;
  run(work: Work, args?: JsonObject, endAfter?: string): ReturnType<typeof runProgram>;
}

function place(files: Readonly<Record<string, string>> = PROJECT): Place {
  const folder = temporaryFolder();
  const [checkout, data, nodeModules] = ["checkout", "data", "environment/node_modules"].map((name) =>
    join(folder, name),
  ) as [string, string, string]; // as many as there are names
  writeFiles(checkout, files);
  writeFiles(nodeModules, PACKAGES);
  return {
    checkout,
    data,
    run(work, args = {}, endAfter = undefined) {
      const environment = { python: "python3", nodeModules };
      return runProgram({ ...loopProgram(work, args, checkout, environment, data), directory: checkout, endAfter });
    },
  };
}

describe("a task", () => {
  test("P9: runs with the payload's file and args over its parameters, and finds the packages of its organisation", async () => {
    const { run, checkout } = place();
    const ran = await run({ kind: "task", name: "greet", payload: "payloads/item.json" }, { name: "loop" });
    expect(ran).toMatchObject({
      code: 0,
      result: { features: [{ id: "alone", properties: { greeting: "hello loop" } }] },
    });
    expect(ran.stdout).toBe("greeting name=loop\nsaid by the project\n");
    expect(ran.stderr).toBe("");
    expect(existsSync(join(checkout, "node_modules"))).toBe(false);
  });

  test("gets no items where it names no payload", async () => {
    const ran = await place().run({ kind: "task", name: "greet" }, { name: "loop" });
    expect(ran).toMatchObject({ code: 0, result: { features: [] } });
  });

  test("fails with the error of its handler", async () => {
    const ran = await place().run({ kind: "task", name: "greet" }, { name: "nobody" });
    expect(ran).toMatchObject({ code: 1, error: { name: "RangeError", message: "There is nobody" } });
    expect(ran.error?.trace).toContain("tasks/greet/handler.ts");
  });

  test("fails with what is wrong with its parameters", async () => {
    const ran = await place().run({ kind: "task", name: "greet" }, { nam: "loop" });
    expect(ran).toMatchObject({ code: 1, error: { name: "InvalidInput", message: expect.stringContaining("name") } });
  });

  test.each([
    [
      "is not there",
      { kind: "task", name: "gret" },
      PROJECT,
      "There is no task gret in this project. Did you mean greet?",
    ],
    ["is of no project", { kind: "task", name: "greet" }, { "README.md": "" }, "The repository is no Cirrus project"],
    [
      "names a file that is not there",
      { kind: "task", name: "greet", payload: "no.json" },
      PROJECT,
      "The payload no.json cannot be read",
    ],
    [
      "has a broken definition",
      { kind: "task", name: "greet" },
      { ...PROJECT, "tasks/greet/definition.yml": "lambda: 5" },
      "tasks/greet/definition.yml:1",
    ],
  ] as const)("that %s cannot be run, and says why", async (_what, work, files, message) => {
    const ran = await place(files).run(work, { name: "loop" });
    expect(ran).toMatchObject({ code: 1, error: { name: "NotRunnable", message: expect.stringContaining(message) } });
    expect(ran.error?.trace).toBeUndefined();
  });
});

describe("a workflow", () => {
  test("runs its payload again in each execution; what it published stays", async () => {
    const { run, data } = place();
    const work = { kind: "workflow", name: "greeting", payload: "payloads/one.json" } as const;
    const first = await run(work);
    expect(first).toMatchObject({
      code: 0,
      result: { payloadId: "demo/workflow-greeting/one", state: "SUCCEEDED", outputs: [] },
    });
    expect(first.stdout).toContain("[only] said by the project\n");
    expect(first.stdout).toContain("demo/workflow-greeting/one: SUCCEEDED\n");
    expect(first.stderr).toBe("");
    expect(existsSync(join(data, "objects/cirrus-data/loud.txt"))).toBe(true);

    const second = await run(work, { greet: { loud: false } });
    expect(second).toMatchObject({ code: 0, result: first.result });
    expect(second.stdout).toContain("[only] said by the project\n");
    expect(existsSync(join(data, "objects/cirrus-data/loud.txt"))).toBe(true);
  });

  test("fails with the error of its payload", async () => {
    const work = { kind: "workflow", name: "greeting", payload: "payloads/one.json" } as const;
    const ran = await place().run(work, { greet: { name: "nobody" } });
    expect(ran).toMatchObject({
      code: 1,
      error: { name: "RangeError", message: "demo/workflow-greeting/one: FAILED: There is nobody" },
    });
  });

  test("P5: that is asked to end leaves no process behind, and the next execution begins anew", async () => {
    const sleeping = GREET.replace(
      "console.log(",
      'writeFileSync("pid", String(process.pid));\n    console.log(',
    ).replace(
      "if (parameters.loud)",
      'if (parameters.name === "slow") await new Promise((resolve) => setTimeout(resolve, 300_000));\n    if (parameters.loud)',
    );
    const handler = `import { writeFileSync } from "node:fs";\n${sleeping}`;
    const { run, checkout } = place({ ...PROJECT, ...taskFiles("greet", handler) });
    const work = { kind: "workflow", name: "greeting", payload: "payloads/one.json" } as const;
    const ended = await run(work, { greet: { name: "slow" } }, "said by the project");
    expect(ended).toMatchObject({
      code: 1,
      error: { message: expect.stringContaining("It was told to end (SIGTERM)") },
    });
    const worker = Number(readFileSync(join(checkout, "tasks/greet/pid"), "utf8"));
    expect(() => process.kill(worker, 0)).toThrow("ESRCH");

    const next = await run(work, { greet: { name: "quick" } });
    expect(next).toMatchObject({ code: 0, result: { state: "SUCCEEDED" } });
    expect(next.stdout.match(/said by the project/g)).toHaveLength(1);
  });

  test("that is not there, or gets args that are no parameters of tasks, cannot be run", async () => {
    const { run } = place();
    const missing = await run({ kind: "workflow", name: "greetin", payload: "payloads/item.json" });
    expect(missing.error).toMatchObject({
      name: "NotRunnable",
      message: expect.stringContaining("There is no workflow greetin"),
    });
    const wrong = await run({ kind: "workflow", name: "greeting", payload: "payloads/one.json" }, { greet: 5 });
    expect(wrong.error).toMatchObject({
      name: "NotRunnable",
      message: expect.stringContaining("args.greet is no map"),
    });
  });
});
