/** What the API needs, of a deployed stage: the adapters of its functions, with the credentials of whoever calls. */
import type { ApiSettings } from "../../api/ports.ts";
import { makeDynamoActionStore } from "../../aws/actions.ts";
import { lazyDynamoDb } from "../../aws/clients/dynamodb.ts";
import { makeSqsQueueDepths } from "../../aws/queue-depths.ts";
import { makeSfnWorkflows } from "../../aws/workflows.ts";
import { systemClock } from "../../clock.ts";
import { CirrusError, EXIT } from "../../errors.ts";
import { driveActions } from "../../functions/act/drive-actions.ts";
import { projectSchemas } from "../../project/parameters/project-schemas.ts";
import { VERSION } from "../../version.ts";
import type { Io } from "../terminal/io.ts";
import type { ApiPlace } from "./api-place.ts";
import type { Place } from "./backend.ts";
import { openDeployedBackend } from "./backend-deployed.ts";
import { openDeployedBulk } from "./bulk-deployed.ts";
import { bulkData } from "./bulk-place.ts";
import { type ConnectedDeployment, connectDeployment } from "./connect-deployment.ts";
import { openDeployedLoops } from "./loop-deployed.ts";
import { loopData } from "./loop-place.ts";

/** Nothing of it is kept here, and nothing is told of changes: pages ask again. */
export async function openApiDeployed(io: Io, place: Place): Promise<ApiPlace> {
  const [connected, backend, bulk, loops] = await Promise.all([
    connectDeployment(io, place),
    openDeployedBackend(io, place),
    ifDeployed(openDeployedBulk(io, place, bulkData(io))),
    ifDeployed(openDeployedLoops(io, place, loopData(io))),
  ]);
  const { deployment, options, clients, project } = connected;
  const table = { table: deployment.stateTable, clock: systemClock, random: Math.random };
  const acting = {
    functions: backend.ports,
    actions: makeDynamoActionStore({ ...table, client: await lazyDynamoDb(options)() }),
    deadLetters: backend.deadLetters,
    bulk,
    loops,
  };
  // With the rights of whoever asks; what is not done when this ends, the stage's own function goes on with.
  const actions = driveActions(acting);
  return {
    ports: {
      ...acting,
      workflows: makeSfnWorkflows({
        sfn: clients.sfn,
        cloudformation: clients.cloudformation,
        stack: deployment.stackName,
        baseArn: deployment.baseWorkflowArn,
        clock: systemClock,
      }),
      // As the project here says it, which may be ahead of what is deployed.
      ...(project !== undefined && { taskSchemas: projectSchemas(() => project) }),
      queues: makeSqsQueueDepths({
        sqs: clients.sqs,
        queues: {
          process: {
            queueUrl: deployment.processQueueUrl,
            deadLetterQueueUrl: deployment.processDeadLetterQueueUrl,
          },
          "status-change": {
            queueUrl: deployment.statusChangeQueueUrl,
            deadLetterQueueUrl: deployment.statusChangeDeadLetterQueueUrl,
          },
        },
      }),
      logs: backend.logs,
      continueAction: actions.continueAction,
    },
    settings: settingsOf(connected, place, backend),
    databases: [],
    async close() {
      await actions.stop();
      await Promise.all([backend.close(), bulk?.close(), loops?.close()]);
    },
  };
}

/** A stage without them is looked at for the rest. */
async function ifDeployed<T>(opening: Promise<T>): Promise<T | undefined> {
  try {
    return await opening;
  } catch (thrown) {
    if (thrown instanceof CirrusError && thrown.exitCode === EXIT.conflict) return undefined;
    throw thrown;
  }
}

function settingsOf(
  { project, deployment }: ConnectedDeployment,
  { stage }: Place,
  { place, flags }: { readonly place: string; readonly flags: string },
): ApiSettings {
  const { stackName, dataBucket, payloadBucket } = deployment;
  return {
    version: VERSION,
    place,
    service: project?.config.service ?? stackName,
    ...(stage !== undefined && { stage }),
    flags,
    live: "poll",
    shownUrls: [...new Set([dataBucket, payloadBucket])].map((bucket) => `s3://${bucket}/`),
    corsOrigins: [],
  };
}
