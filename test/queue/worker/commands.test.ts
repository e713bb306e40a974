/** Programs in any language: what they are told, and how they say that they ended. */
import { spawnSync } from "node:child_process";
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { findProgram, type Program } from "../../../src/queue/program.ts";
import { temporaryFolder } from "../../embedded/temporary-folder.ts";
import { read } from "../../project/project-folder.ts";
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
  ["echo starts; echo 'no such band' >&2; exit 4", { error: { message: "It ended with exit status 4: no such band" } }],
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

test.each([
  ["printf '\\351' ", "The outcome is not UTF-8 text."],
  ['rm -f "$CIRRUS_OUTCOME"; mkdir "$CIRRUS_OUTCOME"; true', "The outcome is not a file."],
  ['rm -f "$CIRRUS_OUTCOME"; mkfifo "$CIRRUS_OUTCOME"; true', "The outcome is not a file."],
  ['ln -sf /dev/zero "$CIRRUS_OUTCOME"; true', "The outcome is not a file."],
  ["head -c 20000000 /dev/zero", "it has more than 16 MiB"],
  [
    "echo '{\"outcome\":\"done\",\"result\":'; head -c 5000 /dev/zero | tr '\\0' '['; head -c 5000 /dev/zero | tr '\\0' ']'; echo '}'",
    "it nests deeper than 500 levels",
  ],
])("an outcome that cannot be read is told, and is not taken for silence: %s", async (text, message) => {
  const end = await endOf(`{ ${text}; } > "$CIRRUS_OUTCOME"`);
  const error = { name: "InvalidOutcome", message: expect.stringContaining(message) };
  expect(end).toMatchObject({ outcome: "exception", exitCode: 0, error });
});

test("an outcome may begin with a byte order mark", async () => {
  const end = await endOf(`printf '\\357\\273\\277{"outcome":"done","result":1}' > "$CIRRUS_OUTCOME"`);
  expect(end).toMatchObject({ outcome: "done", result: 1 });
});

test("a task finds nothing of the one before it, not even an empty folder", async () => {
  const text =
    'test -e "$CIRRUS_OUTCOME" && exit 3; mkdir "$CIRRUS_OUTCOME" "$TMPDIR/of-mine"; ls -A "$(dirname "$CIRRUS_OUTCOME")" "$TMPDIR"';
  const { queue } = await work({ a: {}, b: {}, c: {} }, { program: script(text), slots: 1 });
  const logs = queue.ends.map(({ end }) => readFileSync(end.log ?? "", "utf8"));
  expect(new Set(logs).size).toBe(1);
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

test("what a command used is measured until shortly before its end", async () => {
  const busy = `const held = Buffer.alloc(60e6, 1);
while (process.cpuUsage().user < 700_000) held[0] += 1;`;
  const end = await endOf(`exec node -e '${busy}'`);
  expect(end).toMatchObject({ outcome: "done" });
  expect(end.peakMemoryBytes).toBeGreaterThan(60e6);
  expect(end.cpuMs).toBeGreaterThan(200);
});

test("a command cannot be run without a process of its own", async () => {
  const program = script("exit 0");
  await expect(work({ one: {} }, { program, mode: "reuse" })).rejects.toThrow("--reuse-processes needs a module");
  await expect(work({ one: {} }, { program, mode: "in-process" })).rejects.toThrow("--in-process needs a module");
});

test.skipIf(spawnSync("taskset", ["-V"]).status !== 0)(
  "a slot is tied to processors of its own on request",
  async () => {
    const end = await endOf("grep Cpus_allowed_list /proc/self/status", {}, { pinCpus: true });
    expect(readFileSync(end.log ?? "", "utf8")).toMatch(availableParallelism() > 1 ? /:\s*\d+$/m : /:/);
  },
);

describe("the program of a task", () => {
  const folder = () => {
    const folder = temporaryFolder();
    for (const name of ["worker.ts", "plain.py", "not-executable", "run.sh"]) writeFileSync(join(folder, name), "");
    chmodSync(join(folder, "run.sh"), 0o755);
    return folder;
  };
  const find = (program: string, cwd: string) => findProgram({ kind: "command", command: [program] }, undefined, cwd);

  test("is the export handler of a module", () => {
    const cwd = folder();
    const program = findProgram({ kind: "module", file: "worker.ts" }, undefined, cwd);
    expect(program).toEqual({ kind: "module", file: join(cwd, "worker.ts"), exportName: "handler" });
  });

  test("is run by python3 where it is a Python file that is not executable", () => {
    const cwd = folder();
    expect(find("./plain.py", cwd)).toMatchObject({
      command: [expect.stringMatching(/python3$/), join(cwd, "plain.py")],
    });
  });

  test("has to be executable otherwise", () => {
    const cwd = folder();
    expect(find("./run.sh", cwd)).toMatchObject({ command: [join(cwd, "run.sh")] });
    expect(() => find("./not-executable", cwd)).toThrow(expect.objectContaining({ hint: "chmod +x not-executable" }));
  });

  test("of a project is made executable by a command for the folder that one is in", () => {
    const { project } = read({
      "tasks/warp/definition.yml": "bulk: { command: [work.sh] }\n",
      "tasks/warp/work.sh": "",
    });
    const find = () => findProgram({ kind: "task", name: "warp" }, project, project.root);
    expect(find).toThrow(expect.objectContaining({ hint: "chmod +x tasks/warp/work.sh" }));
  });

  test("is told to be missing before anything runs", () => {
    const cwd = folder();
    const missing = () => findProgram({ kind: "module", file: "no.ts" }, undefined, cwd);
    expect(missing).toThrow(/^There is no file .*no\.ts$/);
    expect(() => find("./no", cwd)).toThrow(/cannot be run/);
    expect(() => findProgram({ kind: "task", name: "resize" }, undefined, cwd)).toThrow("There is no project here");
  });

  test("is found by the task's name, and a slip of the finger is answered with the nearest", () => {
    const project = { tasks: new Map() };
    project.tasks.set("resize", {
      name: "resize",
      bulk: { handlerFile: import.meta.filename, handler: "handler.main" },
    });
    const program = findProgram({ kind: "task", name: "resize" }, project, "/");
    expect(program).toEqual({ kind: "module", file: import.meta.filename, exportName: "main" });
    expect(() => findProgram({ kind: "task", name: "resise" }, project, "/")).toThrow(
      expect.objectContaining({ hint: "Did you mean resize?" }),
    );
  });
});
