/** What is asked of the process that loads handlers, and what it tells. */
import type { JsonObject } from "../../json.ts";

export interface Asked {
  /** Where the handler's module lies, absolute. */
  readonly directory: string;
  /** `handler.handler` */
  readonly handler: string;
}

export interface Told {
  /** Which of those that were asked for. */
  readonly index: number;
  readonly schema?: JsonObject;
  /** Why there is no schema. */
  readonly reason?: string;
  /** Every file that was loaded for it and is not installed, absolute. */
  readonly files: readonly string[];
}
