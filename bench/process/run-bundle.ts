/** Invokes a deployed function's handler as Lambda's runtime does: its bundle, one invocation after the other. */
import { readFileSync } from "node:fs";
import type { RunRequest, RunResult } from "./runs.ts";

type Handler = (event: unknown, context: object) => Promise<unknown>;

const [bundle = ""] = process.argv.slice(2);
const started = performance.now();
// What a bundle exports is known only when it is there.
const { handler } = (await import(bundle)) as { readonly handler: Handler };
const loadedMs = performance.now() - started;

process.on("message", async ({ events }: RunRequest) => {
  const invocations: unknown[] = JSON.parse(readFileSync(events, "utf8"));
  const cpu = process.cpuUsage();
  const begun = performance.now();
  for (const event of invocations) {
    const context = {
      functionName: "bench",
      awsRequestId: crypto.randomUUID(),
      invokedFunctionArn: "arn:aws:lambda:us-west-2:000000000000:function:bench",
      memoryLimitInMB: "512",
      getRemainingTimeInMillis: () => 60_000,
    };
    const answer = await handler(event, context);
    const failures = (answer as { readonly batchItemFailures?: readonly unknown[] }).batchItemFailures ?? [];
    if (failures.length > 0) throw new Error(`${failures.length} messages failed`);
  }
  const { user, system } = process.cpuUsage(cpu);
  const result: RunResult = { ms: performance.now() - begun, cpuMs: (user + system) / 1000 };
  process.send?.(result);
});
process.once("disconnect", () => process.exit());
process.send?.({ loadedMs });
