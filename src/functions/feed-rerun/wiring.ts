/** Where feed-rerun looks payloads up: the deployment's table, or on one machine the database. */
import { lazyDynamoDb } from "../../aws/clients/dynamodb.ts";
import { systemClock } from "../../clock.ts";
import { type Environment, readEnvironment, requireVariable } from "../../env.ts";
import type { RerunPorts } from "./feeder.ts";

export async function rerunPorts(environment: Environment = readEnvironment()): Promise<RerunPorts> {
  const { CIRRUS_DATABASE: path, AWS_ENDPOINT_URL: endpoint } = environment;
  if (path !== undefined) return embedded(path);
  const [client, { makeDynamoStateStore }] = await Promise.all([
    lazyDynamoDb({ endpoint })(),
    import("../../aws/state/state-store.ts"),
  ]);
  const table = requireVariable(environment, "CIRRUS_STATE_DB");
  return { state: makeDynamoStateStore({ client, table, clock: systemClock }) };
}

async function embedded(path: string): Promise<RerunPorts> {
  const [{ openDatabase }, { makeStateStore }] = await Promise.all([
    import("../../embedded/database/database.ts"),
    import("../../embedded/state/state-store.ts"),
  ]);
  const db = openDatabase(path);
  return { state: makeStateStore(db, { clock: systemClock }), close: () => db.close() };
}
