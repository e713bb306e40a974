/** A worker whose tasks do what their data says: most of them add, the others fail in every way that a task can. */
import { spawn } from "node:child_process";
import { defineWorker, done, failed, retry } from "cirrus-pipeline/task";

export const handler = defineWorker((taskId, { kind, n }) => {
  switch (kind) {
    case "exception":
      throw new RangeError(`${taskId} was to fail`);
    case "exit":
      process.exit(3);
      break;
    case "hang":
      for (;;) Math.sqrt(2);
    case "memory":
      return fillMemory();
    case "refuse":
      return failed("never");
    case "ask":
      return retry("not yet");
    case "children":
      // In a group of its own, and meant to stay.
      spawn("/bin/sleep", ["600"], { detached: true, stdio: "ignore" }).unref();
  }
  return done({ twice: 2 * Number(n) });
});

function fillMemory(): never {
  const filled: Buffer[] = [];
  for (;;) filled.push(Buffer.alloc(64 * 1024 * 1024, 1));
}
