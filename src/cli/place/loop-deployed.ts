/** Loops of a deployed stage: what is known of them there, with the credentials of whoever calls. */
import type { Deployment } from "../../aws/deployment.ts";
import { makeAwsLoops } from "../../aws/loops/loops.ts";
import { systemClock } from "../../clock.ts";
import { CirrusError, EXIT } from "../../errors.ts";
import { findCommit, openSources } from "../../scheduler/open-sources.ts";
import type { Io } from "../terminal/io.ts";
import type { Place } from "./backend.ts";
import { connectDeployment, flagsOf } from "./connect-deployment.ts";
import type { LoopPlace } from "./loop-place.ts";

/** Every look is a call that is paid for. */
const LOOK_EVERY_MS = 2_000;

/** `data`: where mirrors of repositories are kept, to find a commit by the beginning of its hash. */
export async function openDeployedLoops(io: Io, place: Place, data: string): Promise<LoopPlace> {
  const { project, deployment, clients } = await connectDeployment(io, place);
  const { stackName, region, payloadBucket } = deployment;
  const prefix = project?.config.environment.CIRRUS_PAYLOAD_ROOT_PREFIX;
  const payloadPrefix = typeof prefix === "string" ? prefix : "cirrus";
  const settings = { table: requireTable(deployment), payloadBucket, payloadPrefix };
  const { store, files } = makeAwsLoops(clients, settings, systemClock);
  return {
    place: `in ${stackName} (${region})`,
    flags: flagsOf(place),
    store,
    files,
    resolveCommit: async (repository, name) =>
      WHOLE_HASH.test(name) ? name : findCommit(openSources(data), repository, name),
    lookEveryMs: LOOK_EVERY_MS,
    close: async () => {},
  };
}

/** Taken as it is: who calls may have no right to read the repository from here. */
const WHOLE_HASH = /^[0-9a-f]{40}$/;

function requireTable({ loopTable, stackName }: Deployment): string {
  if (loopTable !== undefined) return loopTable;
  throw new CirrusError(`The stack ${stackName} has no loops.`, {
    hint: "Set custom.loops.Enabled in cirrus.yml, and deploy it with this version: npx cirrus deploy --stage <stage>",
    exitCode: EXIT.conflict,
  });
}
