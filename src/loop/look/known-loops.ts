/** All that the figures of loops and tasks are made from, read at one moment. */
import type { Controls } from "../controls.ts";
import type { HeldLoop } from "../loop-store.ts";
import type { Registration } from "../registration.ts";
import type { TaskRecord } from "../task-record.ts";

export interface KnownLoops {
  /** The newest; undefined before the first. */
  readonly registration: Registration | undefined;
  readonly loops: readonly HeldLoop[];
  readonly tasks: readonly TaskRecord[];
  readonly controls: Controls;
  readonly now: number;
}
