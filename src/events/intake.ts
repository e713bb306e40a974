/** Port: puts payloads on the way to `process`. On AWS this is SNS and SQS, embedded a durable queue with both envelopes. */

export interface OutgoingMessage {
  /** Unique within the call; embedded and FIFO queues also drop a second message with the same ID. */
  readonly id: string;
  /** JSON: a payload or `{url}`. */
  readonly body: string;
}

export type SendOutcome =
  /** `messageId`: the service's own, by which the receiver knows the message; the same if the same `id` is sent again. */
  | { readonly id: string; readonly outcome: "sent"; readonly messageId?: string }
  /** This one message was refused; `transient` says whether sending it again may help. */
  | { readonly id: string; readonly outcome: "failed"; readonly message: string; readonly transient: boolean };

export interface Intake {
  /** One outcome per message, in order. Messages may arrive twice and out of order, never zero times after `sent`. */
  send(messages: readonly OutgoingMessage[]): Promise<readonly SendOutcome[]>;
}
