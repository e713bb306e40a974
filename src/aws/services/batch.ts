/** The calls of Batch that Cirrus makes. */
import { BatchClient, DescribeJobsCommand, type DescribeJobsCommandInput } from "@aws-sdk/client-batch";
import { type ClientOptions, clientSettings, explained } from "./settings.ts";

export type Batch = ReturnType<typeof connectBatch>;

export function connectBatch(options: ClientOptions) {
  const client = explained(new BatchClient(clientSettings(options)), "Batch", options);
  return {
    describeJobs: (input: DescribeJobsCommandInput) => client.send(new DescribeJobsCommand(input)),
  };
}
