/** What all that call feeders have in common: what they need for it, and how they are told to look again or to stop. */
import type { Clock } from "../../clock.ts";
import type { Log } from "../../log.ts";
import type { CallFeeder } from "./call-feeder.ts";

export interface CallerPorts {
  readonly call: CallFeeder;
  /** Told when a feeder has ended. */
  readonly tell: (feeder: string, found: number) => void;
  readonly clock: Clock;
  readonly log: Pick<Log, "error">;
  readonly region: string;
}

export interface RunningFeeders {
  /** The project's files have changed. */
  refresh(): void;
  /** Resolves when no feeder runs any more. */
  stop(): Promise<void>;
}
