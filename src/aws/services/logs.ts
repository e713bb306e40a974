/** The calls of CloudWatch Logs that Cirrus makes. */
import {
  CloudWatchLogsClient,
  FilterLogEventsCommand,
  type FilterLogEventsCommandInput,
  GetLogEventsCommand,
  type GetLogEventsCommandInput,
} from "@aws-sdk/client-cloudwatch-logs";
import { type ClientOptions, clientSettings, explained } from "./settings.ts";

export type Logs = ReturnType<typeof connectLogs>;

export function connectLogs(options: ClientOptions) {
  const client = explained(new CloudWatchLogsClient(clientSettings(options)), "CloudWatch Logs", options);
  return {
    getLogEvents: (input: GetLogEventsCommandInput) => client.send(new GetLogEventsCommand(input)),
    filterLogEvents: (input: FilterLogEventsCommandInput) => client.send(new FilterLogEventsCommand(input)),
  };
}
