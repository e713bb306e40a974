/** Keeps actions going in this process: those that are begun here at once, those that others left after a while. */
import { describeError } from "../../errors.ts";
import type { ActPorts } from "./ports.ts";
import { runAction } from "./run.ts";

export interface ActionDriver {
  /** The action goes on from now; nobody waits for its end. */
  continueAction(id: string): Promise<void>;
  /** Begins nothing more; resolves when the steps that were begun are done. What is left goes on with the next start. */
  stop(): Promise<void>;
}

const LOOK_EVERY_MS = 5_000;
/** Longer than a step takes: what is younger is in somebody's hands, and would only be done twice. */
const LEFT_BEHIND_MS = 30_000;
const AT_A_TIME = 4;

export function driveActions(ports: ActPorts): ActionDriver {
  const { clock, log } = ports.functions;
  const stopping = new AbortController();
  const going = new Map<string, Promise<void>>();
  const waiting = new Set<string>();

  function take(id: string): void {
    if (stopping.signal.aborted) return;
    // One that is going may just be coming to its end, and was resumed meanwhile.
    if (going.has(id) || going.size >= AT_A_TIME) return void waiting.add(id);
    going.set(
      id,
      run(id).finally(() => {
        going.delete(id);
        const [next] = waiting;
        if (next === undefined) return;
        waiting.delete(next);
        take(next);
      }),
    );
  }

  /** Where the store cannot answer for long, the next look finds the action again. */
  async function run(id: string): Promise<void> {
    try {
      await runAction(id, ports, () => !stopping.signal.aborted);
    } catch (thrown) {
      log.error("an action cannot go on now", { action: id, reason: describeError(thrown).cause });
    }
  }

  async function look(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        const before = clock.now() - LEFT_BEHIND_MS;
        for (const { id, updated } of await ports.actions.running()) if (Date.parse(updated) <= before) take(id);
      } catch (thrown) {
        log.error("cannot look for actions", { reason: describeError(thrown).cause });
      }
      await clock.sleep(LOOK_EVERY_MS, stopping.signal).catch(() => {});
    }
  }
  const looking = look();

  return {
    continueAction: async (id) => take(id),
    async stop() {
      stopping.abort();
      await Promise.all([looking, ...going.values()]);
    },
  };
}
