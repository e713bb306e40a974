/** The environment that a deployed function runs in; cirrus-geo 2 has variables of the same names. */
const REGION = "us-west-2";
const ACCOUNT = "000000000000";

export const STACK = "cirrus-bench";

export function lambdaEnvironment(endpoint = "http://127.0.0.1:1"): Readonly<Record<string, string>> {
  return {
    AWS_REGION: REGION,
    AWS_DEFAULT_REGION: REGION,
    AWS_ACCESS_KEY_ID: "null",
    AWS_SECRET_ACCESS_KEY: "null",
    AWS_ENDPOINT_URL: endpoint,
    POWERTOOLS_SERVICE_NAME: STACK,
    CIRRUS_LOG_LEVEL: "info",
    CIRRUS_STATE_DB: "state",
    CIRRUS_LOOP_TABLE: "loops",
    CIRRUS_DATA_BUCKET: "data",
    CIRRUS_PAYLOAD_BUCKET: "payloads",
    CIRRUS_PAYLOAD_ROOT_PREFIX: "cirrus",
    CIRRUS_BASE_WORKFLOW_ARN: `arn:aws:states:${REGION}:${ACCOUNT}:stateMachine:${STACK}-`,
    CIRRUS_PROCESS_QUEUE_URL: `${endpoint}/${ACCOUNT}/process`,
    CIRRUS_WORKFLOW_EVENT_TOPIC_ARN: `arn:aws:sns:${REGION}:${ACCOUNT}:workflow-event`,
    CIRRUS_PUBLISH_TOPIC_ARN: `arn:aws:sns:${REGION}:${ACCOUNT}:publish`,
  };
}
