/** Keeps a loop for its holder for as long as it is driven, and tells at once when it is somebody else's. */
import type { Clock } from "../clock.ts";
import type { LoopStore } from "../loop/loop-store.ts";

export interface LeasePorts {
  readonly store: Pick<LoopStore, "extend">;
  readonly clock: Clock;
  onProblem(thrown: unknown): void;
}

export interface Lease {
  /** The loop is held under this fence from now on. */
  hold(fence: number): void;
  /** Aborted when the loop is lost; a new one with each `hold` after that. */
  lost(): AbortSignal;
  /** Ends the beat. The loop stays held until it is released or the lease runs out. */
  end(): void;
}

/** Three beats may fail before the lease runs out. */
const BEATS_PER_LEASE = 4;

export function makeLease({ store, clock, onProblem }: LeasePorts, loop: string, leaseMs: number): Lease {
  const ending = new AbortController();
  const beatMs = leaseMs / BEATS_PER_LEASE;
  let held: { readonly fence: number; goodUntil: number } | undefined;
  let losing = new AbortController();

  function lose(): void {
    held = undefined;
    losing.abort(new Error(`The loop ${loop} is driven by somebody else.`));
  }

  async function beat(): Promise<void> {
    const current = held;
    if (current === undefined) return;
    const asked = clock.now();
    try {
      const extended = await store.extend(loop, current.fence, leaseMs);
      if (held !== current) return;
      if (!extended) lose();
      current.goodUntil = asked + leaseMs;
    } catch (thrown) {
      onProblem(thrown);
      // Somebody else may take it from then on, and two must not run at once.
      if (held === current && clock.now() + beatMs >= current.goodUntil) lose();
    }
  }

  async function run(): Promise<void> {
    while (!ending.signal.aborted) {
      await clock.sleep(beatMs, ending.signal).catch(() => {});
      if (!ending.signal.aborted) await beat();
    }
  }

  void run();
  return {
    hold(fence) {
      if (losing.signal.aborted) losing = new AbortController();
      if (held?.fence !== fence) held = { fence, goodUntil: clock.now() + leaseMs };
    },
    lost: () => losing.signal,
    end: () => ending.abort(),
  };
}
