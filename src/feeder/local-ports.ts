/** What a feeder gets that the runtime of one machine calls: its queue, and the folders that stand for the buckets. */
import { systemClock } from "../clock.ts";
import type { Environment } from "../env.ts";
import type { Intake } from "../events/intake.ts";
import { once } from "../once.ts";
import { payloadUrls } from "../payload/object-urls.ts";
import { objectsFromEnvironment } from "../task/objects.ts";
import type { FeederPorts } from "./ports.ts";
import { makeObjectPositions } from "./positions.ts";

export function localPorts(database: string, environment: Environment): FeederPorts {
  const { CIRRUS_PAYLOAD_BUCKET: bucket = "cirrus-payloads", CIRRUS_PAYLOAD_ROOT_PREFIX: prefix = "cirrus" } =
    environment;
  const objects = objectsFromEnvironment(environment);
  const urls = payloadUrls({ bucket, prefix });
  const intake = once(() => openIntake(database, environment));
  return {
    intake: { send: async (messages) => (await intake()).send(messages) },
    oversized: { objects, urls },
    positions: makeObjectPositions({ objects, urls }),
    // Whoever called it sees in its result that it has not come to its end, and calls it again.
    again: async () => {},
  };
}

/** Loaded where it is needed: a deployed feeder has no use for it. */
async function openIntake(database: string, { CIRRUS_PROCESS_TOPIC_ARN: topicArn }: Environment): Promise<Intake> {
  const [{ openDatabase }, { makeQueue }, { makeIntake }] = await Promise.all([
    import("../embedded/database/database.ts"),
    import("../embedded/messages/queue.ts"),
    import("../embedded/messages/intake.ts"),
  ]);
  const queue = makeQueue(openDatabase(database), { name: "process", clock: systemClock });
  return makeIntake(queue, { topicArn: topicArn ?? "arn:aws:sns:local:000000000000:process", clock: systemClock });
}
