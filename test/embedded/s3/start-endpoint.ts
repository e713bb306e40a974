/** An endpoint over a folder of its own, with clients of AWS's SDK that know its credentials; ended with the test. */
import { S3Client } from "@aws-sdk/client-s3";
import { onTestFinished } from "vitest";
import { type S3Endpoint, startS3Endpoint } from "../../../src/embedded/s3/endpoint.ts";
import { temporaryFolder } from "../temporary-folder.ts";

export interface StartedEndpoint extends S3Endpoint {
  readonly directory: string;
  readonly client: S3Client;
}

export async function startEndpoint(): Promise<StartedEndpoint> {
  const directory = temporaryFolder();
  const endpoint = await startS3Endpoint({ directory, buckets: ["data"] });
  onTestFinished(() => endpoint.close());
  return { ...endpoint, directory, client: clientOf(endpoint) };
}

/** As a program in another process is configured: by its environment alone. */
function clientOf({ environment }: S3Endpoint): S3Client {
  return new S3Client({ endpoint: required(environment.AWS_ENDPOINT_URL_S3), ...credentialsOf(environment) });
}

export function credentialsOf(environment: S3Endpoint["environment"]) {
  const accessKeyId = required(environment.AWS_ACCESS_KEY_ID);
  const secretAccessKey = required(environment.AWS_SECRET_ACCESS_KEY);
  return { region: "us-west-2", credentials: { accessKeyId, secretAccessKey } };
}

function required(value: string | undefined): string {
  if (value === undefined) throw new Error("The endpoint named no such variable");
  return value;
}
