/**
 * The SHA-256 of a large file by a thread of its own: it takes about as long as the copying did, and several files are copied
 * at a time.
 */
import { Worker } from "node:worker_threads";
import type { CopiedObject } from "../../payload/object-store.ts";

/**
 * As text, which needs no file: in a task's bundle the file of this module is all of the task, and what the task does when it
 * is loaded must not be done again.
 */
const PROGRAM = `
const { createHash } = require("node:crypto");
const { closeSync, openSync, readSync } = require("node:fs");
const { parentPort, workerData: { path, chunkBytes } } = require("node:worker_threads");
const sum = createHash("sha256");
const buffer = Buffer.allocUnsafeSlow(chunkBytes);
const file = openSync(path, "r");
let size = 0;
for (let read; (read = readSync(file, buffer, 0, chunkBytes, size)) > 0; size += read) sum.update(buffer.subarray(0, read));
closeSync(file);
parentPort.postMessage({ size, sha256: sum.digest("hex") });
`;

/** Reads `chunkBytes` at a time. */
export function sumInThread(path: string, chunkBytes: number): Promise<CopiedObject> {
  // Options of this process, such as a test runner's, are not meant for it.
  const thread = new Worker(PROGRAM, { eval: true, workerData: { path, chunkBytes }, execArgv: [] });
  return new Promise((resolve, reject) => {
    thread.once("message", resolve);
    thread.once("error", reject);
    thread.once("exit", () => reject(new Error(`The thread that reads ${path} has ended without its sum.`)));
  });
}
