import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import type { WorkerCode } from "../../src/bulk/pool-order.ts";
import { systemClock } from "../../src/clock.ts";
import type { ObjectUrl } from "../../src/payload/object-store.ts";
import { bundleProgram } from "../../src/pool/code-bundle.ts";
import { fetchCode } from "../../src/queue/worker/worker-code.ts";
import { makeMemoryObjects } from "../../src/testing/memory-objects.ts";

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function folderOf(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), "cirrus-bundle-test-"));
  folders.push(folder);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

const URL: ObjectUrl = "s3://payloads/cirrus/bulk/run/code.zip";

async function arrived(code: Extract<WorkerCode, { kind: "bundle" }>, archive: Uint8Array) {
  const objects = makeMemoryObjects(systemClock);
  await objects.put(URL, archive);
  const signal = new AbortController().signal;
  return fetchCode(code, { objects, environment: {}, signal, print: () => {} });
}

describe("a program's folder", () => {
  test("arrives with its files, their rights and links, and runs there", async () => {
    const folder = folderOf({
      "main.sh": '#!/bin/sh\nexec sh "$(dirname "$0")/lib/say.sh" "$1"\n',
      "lib/real.sh": "echo said $1\n",
    });
    chmodSync(join(folder, "main.sh"), 0o755);
    symlinkSync("real.sh", join(folder, "lib/say.sh"));
    const command = [join(folder, "main.sh"), "hello"];
    const { archive, sha256, program } = await bundleProgram({ kind: "command", command, directory: folder });
    expect(program).toEqual({ kind: "command", command: ["./main.sh", "hello"] });

    const code = await arrived({ kind: "bundle", url: URL, sha256, program }, archive);
    if (code.program.kind !== "command") throw new Error("It was a command");
    const [file = "", ...args] = code.program.command;
    expect(execFileSync(file, args, { cwd: code.program.directory, encoding: "utf8" })).toBe("said hello\n");
    await code.remove();
  });

  test("is the same archive whenever it is made of the same files, without what is no code", async () => {
    const folder = folderOf({
      "worker.ts": "1",
      ".git/config": "secret",
      "node_modules/x/index.js": "1",
      ".cirrus/db": "",
    });
    const bundle = () => bundleProgram({ kind: "module", file: join(folder, "worker.ts"), exportName: "handler" });
    const first = await bundle();
    utimesSync(join(folder, "worker.ts"), 0, 0);
    expect((await bundle()).sha256).toBe(first.sha256);
    expect(first.program).toEqual({ kind: "module", file: "worker.ts", exportName: "handler" });
    writeFileSync(join(folder, ".git/config"), "changed");
    expect((await bundle()).sha256).toBe(first.sha256);
    writeFileSync(join(folder, "worker.ts"), "2");
    expect((await bundle()).sha256).not.toBe(first.sha256);
  });

  test("has what a module imports of this package, where it arrives", async () => {
    const text =
      'import { defineWorker, done } from "cirrus-pipeline/task";\nexport const handler = defineWorker(() => done());\n';
    const folder = folderOf({ "worker.ts": text });
    const bundle = await bundleProgram({ kind: "module", file: join(folder, "worker.ts"), exportName: "handler" });
    const code = await arrived({ kind: "bundle", url: URL, ...bundle }, bundle.archive);
    if (code.program.kind !== "module") throw new Error("It was a module");
    const namespace: Record<string, unknown> = await import(code.program.file);
    expect(namespace.handler).toHaveProperty("worker");
    await code.remove();
  });

  test("that was changed on its way is not run, and one that is gone is missed", async () => {
    const folder = folderOf({ "run.sh": "true" });
    const bundle = await bundleProgram({ kind: "command", command: ["sh", "run.sh"], directory: folder });
    const code = { kind: "bundle", url: URL, sha256: bundle.sha256, program: bundle.program } as const;
    await expect(arrived(code, Buffer.from("other"))).rejects.toThrow("is not the code that the run was started with");
    const options = { environment: {}, signal: new AbortController().signal, print: () => {} };
    await expect(fetchCode(code, { objects: makeMemoryObjects(systemClock), ...options })).rejects.toThrow(
      "is missing",
    );
  });
});
