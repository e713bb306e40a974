/**
 * Makes one call of those that the messages of a batch make side by side. Each message is settled on its own, in its own
 * time; what 25 of them write, announce and mark as done within a few milliseconds are then three calls and not 75.
 */
import type { FunctionPorts } from "./ports.ts";

/** Added to a call at most; a call to AWS takes as long or longer. */
const WINDOW_MS = 5;

/** Where a gathered call fails, it fails for each of those who asked: their messages come again. */
export function gatherCalls(ports: FunctionPorts, windowMs = WINDOW_MS): FunctionPorts {
  const { state, announcements } = ports;
  const done = gather(async (requests: Parameters<typeof state.effectsDone>[0]) => {
    await state.effectsDone(requests);
    return requests.map(() => undefined);
  }, windowMs);
  return {
    ...ports,
    state: {
      ...state,
      finish: gather((requests) => state.finish(requests), windowMs),
      effectsDone: async (requests) => void (await done(requests)),
    },
    announcements: { ...announcements, publish: gather((all) => announcements.publish(all), windowMs) },
  };
}

type Call<Request, Outcome> = (requests: readonly Request[]) => Promise<readonly Outcome[]>;

/** `call` gives an outcome for each request, in their order. */
export function gather<Request, Outcome>(call: Call<Request, Outcome>, windowMs: number): Call<Request, Outcome> {
  let waiting: Request[] = [];
  let called: Promise<readonly Outcome[]> | undefined;
  return async (requests) => {
    const first = waiting.length;
    waiting.push(...requests);
    called ??= new Promise((resolve) => setTimeout(resolve, windowMs)).then(() => {
      const all = waiting;
      waiting = [];
      called = undefined;
      return call(all);
    });
    return (await called).slice(first, first + requests.length);
  };
}
