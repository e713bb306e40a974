/** The Intake through a topic to a queue. */
import { inject } from "vitest";
import { makeClients } from "../../../src/aws/clients.ts";
import { makeSnsIntake } from "../../../src/aws/intake.ts";
import { describeIntake } from "../../contracts/intake.ts";
import { toEmulator } from "../clients.ts";
import { listenToNewTopic } from "./queues.ts";

describeIntake("SNS", async () => {
  const endpoint = inject("endpoint");
  const { topicArn, received } = await listenToNewTopic(endpoint);
  const { sns } = makeClients(toEmulator(endpoint));
  return { intake: makeSnsIntake({ sns, topicArn }), received, close: () => undefined };
});
