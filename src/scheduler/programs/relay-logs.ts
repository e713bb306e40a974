/** What the tasks of executions write, as it comes: each line once, with the state that wrote it. */
import type { ExecutionLogs } from "../../executions/execution-logs.ts";
import type { ExecutionKey } from "../../executions/executions.ts";

export interface LogRelay {
  /** Prints what is new. */
  relay(key: ExecutionKey): Promise<void>;
}

export function makeLogRelay(logs: ExecutionLogs, print: (line: string) => void): LogRelay {
  const cursors = new Map<string, string | undefined>();
  return {
    async relay(key) {
      for (const one of await logs.tries(key)) {
        for (;;) {
          const { lines, next } = await logs.read(one, cursors.get(one.id));
          for (const { message } of lines) print(`[${one.step}] ${message}`);
          cursors.set(one.id, next ?? cursors.get(one.id));
          if (lines.length === 0) break;
        }
      }
    },
  };
}
