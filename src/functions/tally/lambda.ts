/** tally as a Lambda: a batch of the state table's stream at a time, in the order of its shard. */
import { makeClients } from "../../aws/clients.ts";
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

async function tallyPorts(): Promise<TallyPorts> {
  const environment = readEnvironment();
  const clients = makeClients({ endpoint: environment.AWS_ENDPOINT_URL });
  const table = requireVariable(environment, "CIRRUS_STATE_DB");
  const [client, { makeDynamoCounters }] = await Promise.all([
    clients.dynamodb(),
    import("../../aws/state/counters.ts"),
  ]);
  return { counters: makeDynamoCounters({ client, table, clock: systemClock, random: Math.random }) };
}
