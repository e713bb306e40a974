/** Port: tells the world. On AWS these are SNS topics, embedded a table with subscribers. */
import type { SendOutcome } from "./intake.ts";

/** `workflow-event`: what happened to a payload. `publish`: an item was published. */
export type Topic = "workflow-event" | "publish";

export type AttributeValue =
  | { readonly type: "String"; readonly value: string }
  | { readonly type: "Number"; readonly value: number };

export interface Announcement {
  readonly topic: Topic;
  /** Deterministic, so that a repeated announcement can be told from a new one. */
  readonly id: string;
  /** JSON */
  readonly body: string;
  /** At most ten, none empty: SNS refuses others. */
  readonly attributes: Readonly<Record<string, AttributeValue>>;
}

export interface Announcements {
  /** One outcome per announcement, in order. */
  publish(announcements: readonly Announcement[]): Promise<readonly SendOutcome[]>;
}
