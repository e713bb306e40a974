/** The null AWS in a process of its own, so that its work is not in the figures of whoever calls it. */
import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { Delays, Order, Report } from "../null-aws.ts";

export async function startNullAws() {
  const child = fork(join(import.meta.dirname, "../null-aws.ts"));
  const ask = (order: Order): void => void child.send(order);
  const answer = async (): Promise<Report> => (await once(child, "message"))[0];
  const started = await answer();
  if (!("port" in started)) throw new Error("The null AWS has no port");
  return {
    endpoint: `http://127.0.0.1:${started.port}`,
    async setDelays(delays: Delays): Promise<void> {
      ask({ order: "delays", delays });
    },
    /** By service and action, since the last time. */
    async takeCalls(): Promise<Readonly<Record<string, number>>> {
      ask({ order: "calls" });
      const said = await answer();
      return "calls" in said ? said.calls : {};
    },
    stop: () => void child.disconnect(),
  };
}
