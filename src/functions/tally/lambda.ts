/** tally as a Lambda: a batch of the state table's stream at a time, in the order of its shard. */
import { connectDynamoDb } from "../../aws/services/dynamodb.ts";
import { makeDynamoCounters } from "../../aws/state/counters.ts";
import { systemClock } from "../../clock.ts";
import { readEnvironment, requireVariable } from "../../env.ts";
import { type MakePorts, makeLambda } from "../lambda/make-lambda.ts";
import { type TallyEvent, type TallyPorts, tally } from "./tally.ts";

export function tallyLambda(makePorts: MakePorts<TallyPorts> = tallyPorts) {
  return makeLambda<TallyEvent, { readonly state: object }, TallyPorts>(makePorts, async (event, invocation) => {
    const changes = await tally(event, invocation.ports);
    if (changes > 0) invocation.count("ChangesCounted", changes);
    // Lambda asks for the state of the window. There is none: what was counted is in the table.
    return { state: {} };
  });
}

/** Nothing but DynamoDB, so that nothing else is in the bundle. */
async function tallyPorts(): Promise<TallyPorts> {
  const environment = readEnvironment();
  const client = connectDynamoDb({ endpoint: environment.AWS_ENDPOINT_URL });
  const table = requireVariable(environment, "CIRRUS_STATE_DB");
  return { counters: makeDynamoCounters({ client, table, clock: systemClock, random: Math.random }) };
}
