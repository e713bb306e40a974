/** Port: what `process` made of the messages of a payload. Kept on one machine; on AWS only the log has it. */

export interface PayloadMessage {
  /** ISO 8601 */
  readonly at: string;
  readonly outcome: "started" | "skipped" | "waiting" | "failed" | "rejected" | "given-up";
  readonly reason?: string | undefined;
  readonly execution?: string | undefined;
}

export interface MessageOutcomes {
  /** Newest first. */
  ofPayload(payloadId: string, limit: number): Promise<readonly PayloadMessage[]>;
}
