/** Programs in any language: what they are told, and how they say that they ended. */
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { findProgram, type Program, readTask } from "../../../src/queue/program.ts";
import { temporaryFolder } from "../../embedded/temporary-folder.ts";
import { isGone } from "./processes-gone.ts";
import { work } from "./work.ts";

/** A shell script as a program. */
function script(text: string): Program {
  const directory = temporaryFolder();
  const file = join(directory, "program");
  writeFileSync(file, `#!/bin/sh\n${text}\n`);
  chmodSync(file, 0o755);
  return { kind: "command", command: [file, "an argument"], directory };
}

async function endOf(text: string, data = {}, options: Parameters<typeof work>[1] = {}) {
  const { endOf } = await work({ one: data }, { program: script(text), ...options });
  return endOf("one");
}

test.each([
  ["exit 0", { outcome: "done", exitCode: 0 }],
  ["exit 75", { outcome: "requested", exitCode: 75 }],
  ["exit 4", { outcome: "exit", exitCode: 4, error: { name: "Exit" } }],
  ["kill -SEGV $$", { outcome: "exit", signal: "SIGSEGV" }],
  ["echo 'MemoryError' >&2; exit 1", { outcome: "memory", exitCode: 1 }],
])("a command that ends with `%s`", async (text, expected) => {
  expect(await endOf(text)).toMatchObject(expected);
});

test.each([
  ['{"outcome":"done","result":{"sum":3}}', { outcome: "done", result: { sum: 3 } }],
  ['{"outcome":"retry","reason":"busy"}', { outcome: "requested", error: { message: "busy" } }],
  ['{"outcome":"failed","reason":"no such place"}', { outcome: "failed", error: { message: "no such place" } }],
  ['{"exception":{"name":"ValueError","message":"no","trace":"t"}}', { outcome: "exception", error: { trace: "t" } }],
  ['{"exception":{"name":"_ArrayMemoryError","message":"no"}}', { outcome: "memory" }],
  ['{"outcome":"do', { outcome: "exception", error: { name: "InvalidOutcome" } }],
  ["[true, 3]", { outcome: "exception", error: { message: expect.stringContaining('Write {"outcome": "done"}') } }],
])("a command that writes the outcome %s", async (outcome, expected) => {
  expect(await endOf(`printf '%s' '${outcome}' > "$CIRRUS_OUTCOME"`)).toMatchObject(expected);
});

test("a command is told which task it is in its environment and in files", async () => {
  const folder = temporaryFolder();
  const text = `cat "$CIRRUS_TASK_DATA" > ${folder}/data
cat "$CIRRUS_WORKER_DATA" > ${folder}/worker
echo "$CIRRUS_TASK_ID $CIRRUS_RUN $CIRRUS_ATTEMPT $OMP_NUM_THREADS $1" > ${folder}/words
test -d "$CIRRUS_NOTICES" && test -d "$TMPDIR" && test ! -e "$CIRRUS_OUTCOME"`;
  expect(await endOf(text, { place: "Kīlauea" })).toMatchObject({ outcome: "done" });
  expect(JSON.parse(readFileSync(join(folder, "data"), "utf8"))).toEqual({ place: "Kīlauea" });
  expect(JSON.parse(readFileSync(join(folder, "worker"), "utf8"))).toMatchObject({ run: "test", cpus: 2, slots: 2 });
  expect(readFileSync(join(folder, "words"), "utf8")).toBe("one test 1 1 an argument\n");
});

test("a command sees notices as files", async () => {
  const stop = new AbortController();
  const text = `while [ ! -e "$CIRRUS_NOTICES/shutdown" ]; do sleep 0.02; done; echo '{"outcome":"done","result":1}' > "$CIRRUS_OUTCOME"`;
  const onEvent = ({ type }: { readonly type: string }) => type === "started" && stop.abort();
  expect(await endOf(text, {}, { signal: stop.signal, onEvent, limits: { graceSeconds: 20 } })).toMatchObject({
    result: 1,
  });
});

test("what a command leaves in the background is gone with it", async () => {
  const end = await endOf("sleep 600 & echo $!");
  const pid = Number(readFileSync(end.log ?? "", "utf8"));
  expect(pid).toBeGreaterThan(0);
  expect(await isGone(pid)).toBe(true);
});

test("a command's time and memory are held to as well", async () => {
  const hangs = await endOf("sleep 600", {}, { limits: { maxRuntimeSeconds: 0.3 } });
  expect(hangs).toMatchObject({ outcome: "timeout" });
});

test("a command cannot be run without a process of its own", async () => {
  const program = script("exit 0");
  await expect(work({ one: {} }, { program, mode: "reuse" })).rejects.toThrow("--reuse-processes needs a module");
  await expect(work({ one: {} }, { program, mode: "in-process" })).rejects.toThrow("--in-process needs a module");
});

describe("what a person writes as the task", () => {
  const folder = () => {
    const folder = temporaryFolder();
    for (const name of ["worker.ts", "plain.py", "not-executable", "run.sh"]) writeFileSync(join(folder, name), "");
    chmodSync(join(folder, "run.sh"), 0o755);
    mkdirSync(join(folder, "folder"));
    return folder;
  };

  test("a module is a path with the ending of one", () => {
    const cwd = folder();
    const task = readTask("./worker.ts", cwd);
    expect(task).toEqual({ kind: "module", file: join(cwd, "worker.ts") });
    expect(findProgram(task, undefined, cwd)).toEqual({ ...task, exportName: "handler" });
  });

  test("a Python file need not be executable", () => {
    const cwd = folder();
    const program = findProgram(readTask("./plain.py", cwd), undefined, cwd);
    expect(program).toMatchObject({ command: [expect.stringMatching(/python3$/), join(cwd, "plain.py")] });
  });

  test("other programs have to be", () => {
    const cwd = folder();
    expect(findProgram(readTask("./run.sh", cwd), undefined, cwd)).toMatchObject({ command: [join(cwd, "run.sh")] });
    const refused = () => findProgram(readTask("./not-executable", cwd), undefined, cwd);
    expect(refused).toThrow(expect.objectContaining({ hint: "chmod +x not-executable" }));
  });

  test("what is not there is told before anything runs", () => {
    const cwd = folder();
    expect(() => findProgram(readTask("./no.ts", cwd), undefined, cwd)).toThrow(/^There is no file .*no\.ts$/);
    expect(() => findProgram(readTask("./no", cwd), undefined, cwd)).toThrow(/cannot be run/);
    expect(() => findProgram(readTask("resize", cwd), undefined, cwd)).toThrow("There is no project here");
  });

  test("a name is a task of the project, and a slip of the finger is answered with the nearest", () => {
    const project = { tasks: new Map() };
    const known = { name: "resize", bulk: { handlerFile: import.meta.filename, handler: "handler.main" } };
    project.tasks.set("resize", known);
    const program = findProgram(readTask("resize", "/"), project, "/");
    expect(program).toEqual({ kind: "module", file: import.meta.filename, exportName: "main" });
    expect(() => findProgram(readTask("resise", "/"), project, "/")).toThrow(
      expect.objectContaining({ hint: "Did you mean resize?" }),
    );
  });
});
