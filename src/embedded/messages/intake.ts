/** The Intake as SNS and SQS make it: every message travels in SNS's envelope, so that `process` opens the real thing. */
import { type Clock, isoTime } from "../../clock.ts";
import { describeError, TransientError } from "../../errors.ts";
import type { Intake, OutgoingMessage, SendOutcome } from "../../events/intake.ts";
import { utf8Length } from "../../json.ts";
import { NAMESPACE_URL, uuid5 } from "../../payload/payload-id.ts";
import type { Queue } from "./queue.ts";

/** SNS's limit for a message. */
const MAX_MESSAGE_BYTES = 262_144;

export interface IntakeOptions {
  readonly topicArn: string;
  readonly clock: Clock;
}

export function makeIntake(queue: Pick<Queue, "send">, { topicArn, clock }: IntakeOptions): Intake {
  /** The same for the same message, so that one that is sent twice is known by it as one. */
  const messageIdOf = ({ id }: OutgoingMessage): string => uuid5(NAMESPACE_URL, `${topicArn}/${id}`);

  /** What SQS receives from SNS without raw message delivery. */
  function envelope(message: OutgoingMessage): string {
    return JSON.stringify({
      Type: "Notification",
      MessageId: messageIdOf(message),
      TopicArn: topicArn,
      Message: message.body,
      Timestamp: isoTime(clock.now()),
    });
  }

  return {
    async send(messages) {
      const refused = new Map(messages.flatMap((message) => refuse(message).map((outcome) => [message, outcome])));
      const accepted = messages.filter((message) => !refused.has(message));
      const failure = await queue
        .send(accepted.map((message) => ({ id: message.id, body: envelope(message) })))
        .then(() => undefined, whyNot);
      return messages.map((message): SendOutcome => {
        const { id } = message;
        return (
          refused.get(message) ??
          (failure ? { id, outcome: "failed", ...failure } : { id, outcome: "sent", messageId: messageIdOf(message) })
        );
      });
    },
  };
}

function refuse({ id, body }: OutgoingMessage): SendOutcome[] {
  const bytes = utf8Length(body);
  if (bytes <= MAX_MESSAGE_BYTES) return [];
  const message = `The message is ${bytes} bytes; a topic takes ${MAX_MESSAGE_BYTES}. Store it as an object and send {"url": "s3://…"}.`;
  return [{ id, outcome: "failed", message, transient: false }];
}

/** A store that cannot take the messages now says so for each of them; anything else is a defect and goes up. */
function whyNot(thrown: unknown): { readonly message: string; readonly transient: true } {
  if (thrown instanceof TransientError) return { message: describeError(thrown).cause, transient: true };
  throw thrown;
}
