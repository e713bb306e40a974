/** What a task's Lambda needs to be the worker of bulk runs: the table that says what is to be done, and the runs' queues. */
import type { JsonObject } from "../json.ts";
import type { Component, Project } from "../project/project.ts";
import { arn, arnOf, sub } from "./intrinsics.ts";
import { allow, type Statement } from "./role.ts";

/** The table of bulk runs in cloudformation/bulk.yml. */
const TABLE = "BulkTable";

export function isBulkWorker({ kind, bulk, lambda }: Component, project: Project): boolean {
  const runsHere = kind === "task" && bulk?.enabled === true && bulk.command === undefined && lambda?.enabled === true;
  return runsHere && project.resources.Resources.has(TABLE);
}

export function bulkWorkerEnvironment(): JsonObject {
  return { CIRRUS_BULK_TABLE: { Ref: TABLE } };
}

export function bulkWorkerStatements({ config }: Project): readonly Statement[] {
  const { CIRRUS_PAYLOAD_BUCKET: Bucket, CIRRUS_PAYLOAD_ROOT_PREFIX: Prefix = "cirrus" } = config.environment;
  const queues = arn("sqs", `\${AWS::StackName}-bulk-*`);
  return [
    allow(TABLE_ACTIONS, arnOf(TABLE)),
    allow(QUEUE_ACTIONS, queues),
    ...(Bucket === undefined
      ? []
      : [
          allow(
            ["s3:GetObject", "s3:PutObject"],
            sub(`arn:\${AWS::Partition}:s3:::\${Bucket}/\${Prefix}/bulk/*`, { Bucket, Prefix }),
          ),
        ]),
  ];
}

const TABLE_ACTIONS = [
  "dynamodb:BatchGetItem",
  "dynamodb:GetItem",
  "dynamodb:PutItem",
  "dynamodb:Query",
  "dynamodb:UpdateItem",
];

/** Lambda itself receives with the function's role. */
const QUEUE_ACTIONS = [
  "sqs:ChangeMessageVisibility",
  "sqs:DeleteMessage",
  "sqs:GetQueueAttributes",
  "sqs:ReceiveMessage",
];
