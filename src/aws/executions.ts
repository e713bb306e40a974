/** Executions of Step Functions' state machines. */
import { TransientError } from "../errors.ts";
import type {
  ExecutionDescription,
  ExecutionKey,
  Executions,
  HistoryEvent,
  RedriveOutcome,
} from "../executions/executions.ts";
import { makeHistoryReader } from "./execution-history.ts";
import type { StepFunctions } from "./services/sfn.ts";

export interface SfnExecutionsOptions {
  readonly sfn: () => Promise<StepFunctions>;
  /** `arn:<partition>:states:<region>:<account>:stateMachine:<stack>-` */
  readonly baseArn: string;
}

/** Step Functions takes pages of up to 1,000 events. */
const MOST_EVENTS_A_PAGE = 1000;

/** Step Functions takes a few more characters, but leaves their executions out of logs. */
const NAME = /^[0-9A-Za-z_-]{1,80}$/;

export function makeSfnExecutions({ sfn, baseArn }: SfnExecutionsOptions): Executions {
  const machineArn = (workflow: string): string => `${baseArn}${workflow}`;
  const executionArn = ({ workflow, name }: ExecutionKey): string =>
    `${machineArn(workflow).replace(":stateMachine:", ":execution:")}:${name}`;

  async function describe(key: ExecutionKey): Promise<ExecutionDescription | undefined> {
    const service = await sfn();
    try {
      const found = await service.describeExecution({ executionArn: executionArn(key) });
      const { status, startDate } = found;
      if (status === undefined || startDate === undefined) {
        throw new TransientError(`Step Functions described the execution ${key.name} only in part.`);
      }
      return {
        workflow: key.workflow,
        name: key.name,
        arn: executionArn(key),
        status,
        input: found.input ?? "{}",
        ...(status === "SUCCEEDED" && found.output !== undefined && { output: found.output }),
        ...(found.error !== undefined && { error: found.error }),
        ...(found.cause !== undefined && { cause: found.cause }),
        startedAt: startDate.toISOString(),
        ...(found.stopDate !== undefined && { stoppedAt: found.stopDate.toISOString() }),
        redriveCount: found.redriveCount ?? 0,
      };
    } catch (thrown) {
      if (isUnknown(thrown)) return undefined;
      throw thrown;
    }
  }

  return {
    async start({ workflow, name, input }) {
      if (!NAME.test(name))
        return { outcome: "refused", error: "InvalidName", message: `${name} is no execution's name` };
      const service = await sfn();
      try {
        await service.startExecution({ stateMachineArn: machineArn(workflow), name, input });
        return { outcome: "started", arn: executionArn({ workflow, name }) };
      } catch (thrown) {
        const message = messageOf(thrown);
        switch (nameOf(thrown)) {
          case "ExecutionAlreadyExists":
            return { outcome: "exists", arn: executionArn({ workflow, name }) };
          case "StateMachineDoesNotExist":
          case "StateMachineDeleting":
          case "InvalidArn":
            return {
              outcome: "no-such-workflow",
              message: `There is no workflow ${workflow} in this deployment (${machineArn(workflow)}): ${message}`,
            };
          case "InvalidExecutionInput":
          case "InvalidName":
            return { outcome: "refused", error: nameOf(thrown), message };
          // The service's own checks of a request's form; the input and the name are all that varies.
          case "ValidationException":
            return {
              outcome: "refused",
              error: /name/i.test(message) ? "InvalidName" : "InvalidExecutionInput",
              message,
            };
          default:
            throw thrown;
        }
      }
    },

    describe,

    async stop(key, { error, cause }) {
      const service = await sfn();
      try {
        await service.stopExecution({ executionArn: executionArn(key), error, cause });
      } catch (thrown) {
        // One that is closed is left as it is by Step Functions itself.
        if (!isUnknown(thrown)) throw thrown;
      }
    },

    async redrive(key): Promise<RedriveOutcome> {
      const service = await sfn();
      try {
        await service.redriveExecution({ executionArn: executionArn(key) });
        return { outcome: "redriven" };
      } catch (thrown) {
        if (isUnknown(thrown)) {
          return { outcome: "refused", message: `There is no execution ${key.name} of the workflow ${key.workflow}.` };
        }
        if (nameOf(thrown) !== "ExecutionNotRedrivable") throw thrown;
        return { outcome: "refused", message: messageOf(thrown) };
      }
    },

    async history(key, { after = 0, limit = Number.POSITIVE_INFINITY } = {}) {
      const service = await sfn();
      const read = makeHistoryReader();
      const events: HistoryEvent[] = [];
      let nextToken: string | undefined;
      try {
        do {
          // From the beginning in every case: where an event stands follows from those before it.
          const page = await service.getExecutionHistory({
            executionArn: executionArn(key),
            maxResults: MOST_EVENTS_A_PAGE,
            includeExecutionData: true,
            ...(nextToken !== undefined && { nextToken }),
          });
          for (const event of (page.events ?? []).map(read)) if (event.id > after) events.push(event);
          nextToken = page.nextToken;
        } while (nextToken !== undefined && events.length < limit);
      } catch (thrown) {
        if (isUnknown(thrown)) return [];
        throw thrown;
      }
      return events.slice(0, Math.min(limit, events.length));
    },
  };
}

/** A name that cannot be an ARN's is no execution either. */
function isUnknown(thrown: unknown): boolean {
  return ["ExecutionDoesNotExist", "InvalidArn"].includes(nameOf(thrown));
}

function nameOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.name : "";
}

function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
