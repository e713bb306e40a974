/** Keeps a number of runs under way for a while: as soon as one ends, the next begins. */

export interface Window {
  /** Runs that ended, a second. */
  readonly rate: number;
  /** Milliseconds that each of them took. */
  readonly latencies: readonly number[];
  /** Processor time of this process, in milliseconds a run. */
  readonly cpu: number;
}

export async function closedLoop(
  run: () => Promise<void>,
  { inFlight, ms }: { readonly inFlight: number; readonly ms: number },
): Promise<Window> {
  const latencies: number[] = [];
  const cpuBefore = process.cpuUsage();
  const start = performance.now();
  let end = start;
  let cpu = 0;

  async function line(): Promise<void> {
    while (performance.now() - start < ms) {
      const began = performance.now();
      await run();
      const ended = performance.now();
      // What ends after the window is waited for and not counted: fewer and fewer run beside it.
      if (ended - start > ms && latencies.length > 0) return;
      latencies.push(ended - began);
      const { user, system } = process.cpuUsage(cpuBefore);
      cpu = (user + system) / 1000;
      end = ended;
    }
  }

  await Promise.all(Array.from({ length: inFlight }, line));
  return { rate: latencies.length / ((end - start) / 1000), latencies, cpu: cpu / latencies.length };
}
