/** What the functions need from the world. Each function takes the ports it uses as an argument. */
import type { Clock } from "../clock.ts";
import type { Announcements } from "../events/announcements.ts";
import type { Intake } from "../events/intake.ts";
import type { Rejections } from "../events/rejections.ts";
import type { Executions } from "../executions/executions.ts";
import type { Log } from "../log.ts";
import type { ObjectStore } from "../payload/object-store.ts";
import type { PayloadUrls } from "../payload/object-urls.ts";
import type { StateStore } from "../state/state-store.ts";

export interface PayloadSettings {
  /** Where inputs and outputs are kept (`CIRRUS_PAYLOAD_BUCKET`, `CIRRUS_PAYLOAD_ROOT_PREFIX`). */
  readonly urls: PayloadUrls;
  /** A payload's `url` is read only where it starts with one of these. */
  readonly allowedUrls: readonly string[];
  /** Objects larger than this are refused unread. */
  readonly maxBytes: number;
}

export interface FunctionPorts {
  readonly state: StateStore;
  readonly objects: ObjectStore;
  readonly executions: Executions;
  readonly intake: Intake;
  readonly announcements: Announcements;
  readonly rejections: Rejections;
  readonly clock: Clock;
  readonly log: Log;
  readonly payloads: PayloadSettings;
  /** What stands before the workflow in the names of this deployment's state machines. */
  readonly stateMachinePrefix: string;
}
