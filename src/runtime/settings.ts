/** What the project's configuration means on one machine: buckets, the places payloads are read from, the tasks' environment. */
import { MAX_JSON_BYTES } from "../payload/bounded-json.ts";
import type { PayloadRoot } from "../payload/object-urls.ts";
import { projectVariable } from "../project/local/local-environment.ts";
import type { Project } from "../project/project.ts";
import type { DataDirectory } from "./data-directory.ts";

export interface LocalSettings {
  readonly dataBucket: string;
  readonly root: PayloadRoot;
  readonly allowedUrls: readonly string[];
  readonly maxPayloadBytes: number;
  readonly topicArn: string;
  /** Added to the environment of every task. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Names that CloudFormation makes up on AWS have a plain one here. */
export function localSettings(project: Project, data: DataDirectory): LocalSettings {
  const { config } = project;
  const variable = (name: string, fallback: string): string => projectVariable(project, name) ?? fallback;
  const dataBucket = variable("CIRRUS_DATA_BUCKET", "cirrus-data");
  const root = {
    bucket: variable("CIRRUS_PAYLOAD_BUCKET", "cirrus-payloads"),
    prefix: variable("CIRRUS_PAYLOAD_ROOT_PREFIX", "cirrus"),
  };
  return {
    dataBucket,
    root,
    allowedUrls: [`s3://${root.bucket}`, `s3://${dataBucket}`, ...config.cirrus.payloadUrls],
    maxPayloadBytes: MAX_JSON_BYTES,
    topicArn: `arn:aws:sns:local:000000000000:${config.stackName}-process`,
    environment: {
      AWS_REGION: config.region,
      AWS_DEFAULT_REGION: config.region,
      CIRRUS_OBJECTS_DIRECTORY: data.objects,
      CIRRUS_DATABASE: data.database,
      CIRRUS_DATA_BUCKET: dataBucket,
      CIRRUS_PAYLOAD_BUCKET: root.bucket,
      CIRRUS_PAYLOAD_ROOT_PREFIX: root.prefix,
    },
  };
}
