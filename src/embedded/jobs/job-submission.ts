/** Checks what a workflow submits, as Batch does before there is a job. */
import { z } from "zod";
import { CirrusError } from "../../errors.ts";
import type { SubmitJob } from "../../executions/jobs.ts";

/** Batch refuses the call. Step Functions knows this error by its name with the service in front. */
export class BatchClientException extends CirrusError {
  constructor(message: string, where?: string) {
    super(message, { where });
    this.name = "Batch.ClientException";
  }
}

const text = z.string().min(1);
const named = z.object({ Name: text, Value: z.string() });
const resource = z.object({ Type: z.enum(["VCPU", "MEMORY", "GPU"]), Value: z.string().regex(/^\d+(\.\d+)?$/) });

const submission = z.object({
  JobName: z.string().regex(/^[A-Za-z0-9][\w-]{0,127}$/, "expected 1 to 128 letters, digits, hyphens or underscores"),
  JobQueue: text,
  JobDefinition: text,
  Parameters: z.record(z.string(), z.string()).optional(),
  ContainerOverrides: z
    .object({
      Command: z.array(z.string()).optional(),
      Environment: z.array(named).optional(),
      ResourceRequirements: z.array(resource).optional(),
    })
    .optional(),
  RetryStrategy: z.object({ Attempts: z.int().min(1).max(10).optional() }).optional(),
  // Batch wants 60 seconds at least; on one machine a test may want less.
  Timeout: z.object({ AttemptDurationSeconds: z.number().positive().optional() }).optional(),
});

/** Throws {@link BatchClientException} with the member, its value and what was expected. */
export function checkSubmission(submit: SubmitJob): void {
  const { error } = submission.safeParse(submit);
  const issue = error?.issues[0];
  if (!issue) return;
  const value = issue.path.reduce<unknown>(
    // Whatever was submitted: a path that leads nowhere has no value.
    (at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key],
    submit,
  );
  const path = issue.path.join(".");
  throw new BatchClientException(`${path} is ${JSON.stringify(value)}: ${issue.message}`, String(submit.JobName));
}
