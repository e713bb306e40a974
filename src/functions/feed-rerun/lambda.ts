/** The feeder `feed-rerun`, over the deployment's table or this machine's database. */
import { rerunFeeder } from "./feeder.ts";
import { rerunPorts } from "./wiring.ts";

export function rerunLambda() {
  return rerunFeeder(rerunPorts);
}
