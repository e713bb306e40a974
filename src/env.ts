/** Every environment variable that Cirrus reads, in one place. No other file touches `process.env`. */
import { CirrusError, EXIT } from "./errors.ts";

/** Name and purpose; the documentation is made from this table. */
export const VARIABLES = {
  CIRRUS_DATA_BUCKET: "Bucket that assets and published items are written to",
  CIRRUS_PAYLOAD_BUCKET: "Bucket that payloads of executions are kept in",
  CIRRUS_PAYLOAD_ROOT_PREFIX: "Prefix of every key in the payload bucket; `cirrus` where it is not set",
  CIRRUS_STATE_DB: "Name of the DynamoDB table that holds the payloads' states",
  CIRRUS_BULK_TABLE: "Name of the DynamoDB table that holds bulk runs",
  CIRRUS_LOOP_TABLE: "Name of the DynamoDB table that holds loops",
  CIRRUS_BASE_WORKFLOW_ARN: "What stands before the workflow's name in the ARNs of the deployment's state machines",
  CIRRUS_PROCESS_QUEUE_URL: "Queue that chained payloads are sent to",
  CIRRUS_PROCESS_TOPIC_ARN: "Topic that feeders send payloads to",
  CIRRUS_FEEDER_PARAMETERS:
    "Parameters of a feeder, as JSON; its definition sets them for a feeder that messages call. The event's own go over them",
  CIRRUS_WORKFLOW_EVENT_TOPIC_ARN: "Topic of the events of payloads",
  CIRRUS_PUBLISH_TOPIC_ARN: "Topic that published items are announced to",
  CIRRUS_PAYLOAD_URLS:
    "Where payloads sent as `{url}` may be read from besides the two buckets: prefixes such as s3://bucket/folder, separated by commas",
  CIRRUS_REQUESTER_PAYS:
    "Buckets whose readers pay, separated by commas: reading from them is paid for. `true` stands for all buckets",
  CIRRUS_OBJECTS_DIRECTORY: "Directory that stands for S3 on one machine: one folder a bucket",
  CIRRUS_DATABASE: "SQLite file that stands for tables and queues on one machine",
  CIRRUS_LOG_LEVEL: "debug, info, warn or error; `info` where it is not set",
  CIRRUS_WORKDIR:
    "Directory that a task works in; it is kept. Where it is not set, a temporary one is made and removed",
  CIRRUS_SAVE_WORKDIR: "`true`: a task's temporary work directory is kept, and the log says where",
  CIRRUS_WORKDIR_BYTES:
    "How much a task's downloads may bring its work directory to; the free disk where it is not set",
  CIRRUS_UPLOAD: "`false`: a task's assets stay as files in its work directory",
  CIRRUS_VALIDATE: "`false`: a task's items are not held against the schemas of STAC",
  CIRRUS_ALLOW_LOCAL_ASSETS: "`true`: assets may be read from this machine: `file:`, plain HTTP and private addresses",
  CIRRUS_STAGE: "Deployed stage that the command line looks and acts in, as `--stage` says it",
  AWS_PROFILE: "Profile of the AWS configuration that the command line uses",
  AWS_ENDPOINT_URL: "Address of an emulator that stands for AWS",
  AWS_REGION: "Region of the buckets; set by Lambda and by every job definition",
  AWS_BATCH_JOB_ID: "Job that a container is of; set by Batch",
  AWS_BATCH_JOB_ATTEMPT: "Which attempt of its job a container is; set by Batch",
  AWS_BATCH_CE_NAME: "Compute environment that a container is in, set by Batch; `local` on one machine",
  AWS_EC2_METADATA_DISABLED: "`true`: this is no instance of EC2 that could be asked what it is",
  AWS_EC2_METADATA_SERVICE_ENDPOINT:
    "Where an instance of EC2 is asked what it is; http://169.254.169.254 where it is not set",
  CIRRUS_STACK: "Name of the deployed stack that a function is of",
  CIRRUS_POOL_SUBNETS: "Subnets that instances of bulk runs are started in, separated by commas",
  CIRRUS_POOL_SECURITY_GROUPS: "Security groups of instances of bulk runs, separated by commas",
  CIRRUS_POOL_INSTANCE_PROFILE: "ARN of the profile of instances of bulk runs",
  CIRRUS_POOL_JOB_ROLE: "ARN of the role that workers of bulk runs have",
  CIRRUS_POOL_IMAGE: "Image that workers of bulk runs are started from where their run names none",
  CIRRUS_LOOP_REPOSITORIES: "URLs of the repositories that register tasks of loops, one a line",
  CIRRUS_LOOP_BRANCH: "Branch of these repositories that counts; `master` or `main` where it is not set",
  CIRRUS_LOOP_GIT_SECRET: "Secret of Secrets Manager with what Git needs to read these repositories",
  CIRRUS_LOOP_STATE_MACHINE: "ARN of the state machine that drives loops",
  CIRRUS_PROCESS_DEAD_LETTER_QUEUE_URL: "Queue of the payloads' messages that were given up",
  CIRRUS_STATUS_CHANGE_QUEUE_URL: "Queue of the ends of executions",
  CIRRUS_STATUS_CHANGE_DEAD_LETTER_QUEUE_URL: "Queue of the ends of executions that were given up",
  CIRRUS_ACT_FUNCTION: "Function that goes on with actions that take long",
  CIRRUS_API_URL: "Address of the deployed API, its output `CirrusApiUrl`: published items link to their payload there",
  CIRRUS_API_ISSUER: "Issuer of the tokens that the API takes; without one callers sign with IAM",
  CIRRUS_API_CLIENT_ID: "What the issuer knows the dashboard by",
  CIRRUS_API_SCOPE: "What the dashboard asks the issuer for",
  CIRRUS_API_SIGN_IN_ORIGIN: "Where people sign in, where that is another origin than the issuer's",
  CIRRUS_API_OPERATE_GROUP: "Group in a token whose members may operate",
  CIRRUS_API_READ_GROUP: "Group in a token whose members may look; everybody where it is not set",
  CIRRUS_API_ORIGINS: "Origins whose pages may read the API, separated by commas",
  CIRRUS_COMPONENT: "Name of the task or feeder that runs, where its definition `uses` the code of another",
  CIRRUS_TASK_FUNCTION:
    "Lambda whose code a Batch job runs where it finds no handler; set in job definitions of its task",
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "MB that a Lambda has; set by Lambda",
  AWS_LAMBDA_LOG_STREAM_NAME: "What tells one container of a Lambda from another; set by Lambda",
  LAMBDA_TASK_ROOT: "Folder that a task's code is in; set by Lambda",
  _HANDLER: "File and export of a task's handler, `handler.handler`; set by Lambda",
} as const;

export type Variable = keyof typeof VARIABLES;
export type Environment = Readonly<Partial<Record<Variable, string>>>;

/** The variables that are set. An empty one counts as not set. */
export function readEnvironment(): Environment {
  const names = Object.keys(VARIABLES) as Variable[]; // keys of a constant are its type's keys
  return Object.fromEntries(names.map((name) => [name, process.env[name]]).filter(([, value]) => value));
}

export function requireVariable(environment: Environment, name: Variable): string {
  const value = environment[name];
  if (value !== undefined) return value;
  throw new CirrusError(`The environment variable ${name} is not set.`, {
    hint: `Set it: ${VARIABLES[name]}.`,
    exitCode: EXIT.config,
  });
}

/** Everything, for what a project's own files ask for (`${env:NAME}`) and for what terminals agree on (NO_COLOR, TERM, CI). */
export function wholeEnvironment(): Readonly<Record<string, string | undefined>> {
  return { ...process.env };
}

/** For a process that runs a task alone: what the task's definition sets is there when its code is loaded. */
export function addToEnvironment(variables: Readonly<Record<string, string>>): void {
  Object.assign(process.env, variables);
}

/** Those that have a value, as a process is given them. */
export function definedOf(environment: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string>> {
  const defined = Object.entries(environment).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]));
  return Object.fromEntries(defined);
}
