/** The services that bulk runs stand on, in memory and in virtual time, and any number of processes that use them. */
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { type AwsBulkSettings, makeAwsBulk } from "../../../src/aws/bulk/bulk.ts";
import type { S3 } from "../../../src/aws/services/s3.ts";
import type { Sqs } from "../../../src/aws/services/sqs.ts";
import { temporaryFolder } from "../../embedded/temporary-folder.ts";
import { makeVirtualClock } from "../../virtual-clock.ts";
import { makeFakeBucket } from "./fake-bucket.ts";
import { makeFakeQueues, type QueueFaults } from "./fake-queues.ts";
import { makeFakeTable, type TableFaults } from "./fake-table.ts";

/** Called around every call of a process, by the name of DynamoDB's command or the service's function: what it throws the process sees. */
export interface CallFaults {
  before?(operation: string): void;
  /** The call was made. */
  after?(operation: string): void;
}

export function makeFakeCloud(faults: TableFaults & QueueFaults = {}) {
  const clock = makeVirtualClock();
  const { client, items } = makeFakeTable(faults);
  const { sqs, queues } = makeFakeQueues(clock, faults);
  const { s3, objects } = makeFakeBucket();
  let ids = 0;
  function newId(): string {
    ids += 1;
    return `${String(ids).padStart(8, "0")}-0000-4000-8000-000000000000`;
  }

  /** A process of its own: it shares nothing with the others but the services. */
  function open(calls: CallFaults = {}, settings: Partial<AwsBulkSettings> = {}) {
    const around =
      <A extends readonly never[], R>(name: string, call: (...args: A) => Promise<R>) =>
      async (...args: A): Promise<R> => {
        const [input] = args;
        const operation = name === "send" ? Object(input).constructor.name : name;
        calls.before?.(operation);
        const result = await call(...args);
        calls.after?.(operation);
        return result;
      };
    const wrapped = <S extends object>(service: S): S =>
      Object.fromEntries(Object.entries(service).map(([name, call]) => [name, around(name, call)])) as S; // the same members
    const dynamodb = wrapped<object>(client) as DynamoDBClient; // nothing but `send` is used
    return makeAwsBulk(
      {
        dynamodb: async () => dynamodb,
        sqs: async () => wrapped<Sqs>(sqs),
        s3: async () => wrapped<S3>(s3),
      },
      {
        table: "bulk",
        payloadBucket: "payloads",
        payloadPrefix: "cirrus",
        queuePrefix: "demo-prod-bulk-",
        waitSeconds: 0,
        folder: temporaryFolder(),
        random: () => 0.5,
        newId,
        ...settings,
      },
      clock,
    );
  }

  return { clock, items, queues, objects, open };
}
