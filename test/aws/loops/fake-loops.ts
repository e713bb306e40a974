/** The services that loops stand on, in memory and in virtual time, and any number of processes that use them. */
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { type AwsLoopSettings, makeAwsLoops } from "../../../src/aws/loops/loops.ts";
import type { S3 } from "../../../src/aws/services/s3.ts";
import { temporaryFolder } from "../../embedded/temporary-folder.ts";
import { makeVirtualClock } from "../../virtual-clock.ts";
import { makeFakeBucket } from "../bulk/fake-bucket.ts";
import { makeFakeTable, type TableFaults } from "../bulk/fake-table.ts";

/** Called around every call of a process, by the name of DynamoDB's command or the service's function: what it throws the process sees. */
export interface CallFaults {
  before?(operation: string): Promise<void> | void;
  /** The call was made. */
  after?(operation: string): void;
}

export function makeFakeLoops(faults: TableFaults = {}) {
  const clock = makeVirtualClock();
  const { client, items } = makeFakeTable(faults);
  const { s3, objects } = makeFakeBucket();
  let ids = 0;
  function newId(): string {
    ids += 1;
    return `${String(ids).padStart(8, "0")}-0000-4000-8000-000000000000`;
  }

  /** A process of its own: it shares nothing with the others but the services. */
  function open(calls: CallFaults = {}, settings: Partial<AwsLoopSettings> = {}) {
    const send = async (command: object): Promise<unknown> => {
      await calls.before?.(command.constructor.name);
      // One overload for each command.
      const answer = await (client.send as (command: object) => Promise<unknown>)(command);
      calls.after?.(command.constructor.name);
      return answer;
    };
    const around =
      (name: string, call: (...args: never[]) => Promise<unknown>) =>
      async (...args: never[]) => {
        await calls.before?.(name);
        const answer = await call(...args);
        calls.after?.(name);
        return answer;
      };
    const bucket = Object.fromEntries(Object.entries(s3).map(([name, call]) => [name, around(name, call)]));
    return makeAwsLoops(
      {
        // Nothing else of it is used.
        dynamodb: async () => ({ send }) as unknown as DynamoDBClient,
        s3: async () => bucket as unknown as S3, // the same members
      },
      {
        table: "loops",
        payloadBucket: "payloads",
        payloadPrefix: "cirrus",
        folder: temporaryFolder(),
        random: () => 0.5,
        newId,
        ...settings,
      },
      clock,
    );
  }

  return { clock, items, objects, open };
}
