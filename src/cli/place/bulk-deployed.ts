/** Bulk runs of a deployed stage: their queue and history there, with the credentials of whoever calls. */
import { makeAwsBulk } from "../../aws/bulk/bulk.ts";
import type { Deployment } from "../../aws/deployment.ts";
import { makeS3ObjectStore } from "../../aws/object-store.ts";
import { systemClock } from "../../clock.ts";
import { CirrusError, EXIT } from "../../errors.ts";
import { payloadUrls } from "../../payload/object-urls.ts";
import type { Io } from "../terminal/io.ts";
import type { Place } from "./backend.ts";
import type { BulkPlace } from "./bulk-place.ts";
import { connectDeployment, flagsOf } from "./connect-deployment.ts";

/** Every look is a call that is paid for. */
const LOOK_EVERY_MS = 2_000;

export async function openDeployedBulk(io: Io, place: Place, data: string): Promise<BulkPlace> {
  const { project, deployment, clients, options } = await connectDeployment(io, place);
  const { stackName, region, payloadBucket } = deployment;
  const table = requireTable(deployment);
  const prefix = project?.config.environment.CIRRUS_PAYLOAD_ROOT_PREFIX;
  const payloadPrefix = typeof prefix === "string" ? prefix : "cirrus";
  const bulk = makeAwsBulk(
    clients,
    { table, payloadBucket, payloadPrefix, queuePrefix: `${stackName}-bulk-` },
    systemClock,
  );
  return {
    place: `in ${stackName} (${region})`,
    flags: flagsOf(place),
    data,
    runs: bulk.runs,
    queue: bulk.queue,
    logs: bulk.logs,
    objects: makeS3ObjectStore({ s3: clients.s3 }),
    lookEveryMs: LOOK_EVERY_MS,
    stage: {
      stack: stackName,
      region,
      urls: payloadUrls({ bucket: payloadBucket, prefix: payloadPrefix }).bulk,
      async supervise(run) {
        const { callSupervise } = await import("../../aws/pool/call-supervise.ts");
        return callSupervise(stackName, run, options);
      },
    },
    close: async () => {},
  };
}

function requireTable({ bulkTable, stackName }: Deployment): string {
  if (bulkTable !== undefined) return bulkTable;
  throw new CirrusError(`The stack ${stackName} was deployed before there were bulk runs.`, {
    hint: "Deploy it again with this version: npx cirrus deploy --stage <stage>",
    exitCode: EXIT.conflict,
  });
}
