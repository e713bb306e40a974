/** What all parts of the template agree on. */
import type { Project } from "../project/project.ts";

/** Logs are kept a month unless `provider.logRetentionInDays` says otherwise. */
const LOG_RETENTION_DAYS = 30;

export function logRetention({ config }: Project): number {
  const days = config.provider.logRetentionInDays;
  return typeof days === "number" ? days : LOG_RETENTION_DAYS;
}
