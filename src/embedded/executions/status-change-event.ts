/** Step Functions' event of an execution's change of status, as EventBridge delivers it. */
import { type JsonObject, utf8Length } from "../../json.ts";
import type { ExecutionRow } from "./execution-store.ts";

/** EventBridge's bound for the input and output of an event, written as JSON strings. */
const MAX_DATA_BYTES = 248 * 1024;

/** JSON text. The input is left out where it and the output are too large together, the output where it is so alone. */
export function statusChangeEvent(row: ExecutionRow, id: string): string {
  const outputBytes = row.output === null ? 0 : escapedLength(row.output);
  const outputIncluded = outputBytes <= MAX_DATA_BYTES;
  const inputIncluded = escapedLength(row.input) + outputBytes <= MAX_DATA_BYTES;
  const detail = {
    executionArn: row.arn,
    stateMachineArn: row.machine_arn,
    name: row.name,
    status: row.status,
    startDate: Date.parse(row.started_at),
    stopDate: row.stopped_at === null ? null : Date.parse(row.stopped_at),
    input: inputIncluded ? row.input : null,
    output: outputIncluded ? row.output : null,
    inputDetails: { included: inputIncluded },
    outputDetails: row.output === null ? null : { included: outputIncluded },
    error: row.error,
    cause: row.cause,
    redriveCount: row.redrives,
  } satisfies JsonObject;
  return JSON.stringify({
    version: "0",
    id,
    "detail-type": "Step Functions Execution Status Change",
    source: "aws.states",
    account: row.arn.split(":")[4],
    region: row.arn.split(":")[3],
    time: row.stopped_at ?? row.redriven_at ?? row.started_at,
    resources: [row.arn],
    detail,
  });
}

function escapedLength(text: string): number {
  return utf8Length(JSON.stringify(text));
}
