/** Ports in memory that count what AWS would be asked, and take a fixed time for each call. */
import { systemClock } from "../src/clock.ts";
import type { Executions } from "../src/executions/executions.ts";
import type { FunctionPorts } from "../src/functions/ports.ts";
import { silentLog } from "../src/log.ts";
import { payloadUrls } from "../src/payload/object-urls.ts";
import { parsePayloadId } from "../src/payload/payload-id.ts";
import type { ClaimRequest, PayloadRecord, StateStore, WriteOutcome } from "../src/state/state-store.ts";

export interface SlowPorts {
  readonly ports: FunctionPorts;
  /** Calls by name, as the AWS adapters make them. */
  readonly calls: Map<string, number>;
  /** The longest chain of calls that had to wait for one another. */
  roundTrips(): number;
  reset(): void;
}

/** BatchExecuteStatement takes 25 statements, PublishBatch ten entries. */
const STATEMENTS = 25;
const ENTRIES = 10;

export function makeSlowPorts(latencyMs: number): SlowPorts {
  const calls = new Map<string, number>();
  const records = new Map<string, PayloadRecord>();
  let waves = 0;
  let inFlight = 0;

  /** Calls that overlap are one round trip: a new wave begins when nothing was under way. */
  async function call<T>(name: string, count: number, work: () => T): Promise<T> {
    calls.set(name, (calls.get(name) ?? 0) + count);
    if (inFlight === 0) waves++;
    inFlight++;
    try {
      await systemClock.sleep(latencyMs);
      return work();
    } finally {
      inFlight--;
    }
  }

  const state: Pick<StateStore, "claim" | "started"> = {
    claim: (requests) =>
      call("DynamoDB BatchExecuteStatement (claim)", Math.ceil(requests.length / STATEMENTS), () =>
        requests.map((request) => claimOne(records, request)),
      ),
    started: (requests) =>
      call("DynamoDB BatchExecuteStatement (started)", Math.ceil(requests.length / STATEMENTS), () =>
        requests.map(({ payloadId, at }): WriteOutcome => {
          const record = records.get(payloadId);
          if (record?.state !== "CLAIMED") return { outcome: "refused", current: record };
          const started: PayloadRecord = {
            ...record,
            state: "PROCESSING",
            version: record.version + 1,
            updated: at,
            startedAt: at,
          };
          records.set(payloadId, started);
          return { outcome: "written", record: started };
        }),
      ),
  };
  const only = (port: string, methods: object): object =>
    new Proxy(methods, {
      get: (target, name) =>
        Reflect.get(target, name) ??
        (() => Promise.reject(new Error(`${port}.${String(name)} is not part of this benchmark`))),
    });
  const ports = {
    state: only("state", state),
    objects: only("objects", { put: () => call("S3 PutObject", 1, () => "stored" as const) }),
    executions: only("executions", {
      start: ({ name }: Parameters<Executions["start"]>[0]) =>
        call("Step Functions StartExecution", 1, () => ({ outcome: "started" as const, arn: name })),
    }),
    announcements: {
      publish: (announcements: readonly { readonly id: string }[]) =>
        call("SNS PublishBatch", Math.ceil(announcements.length / ENTRIES), () =>
          announcements.map(({ id }) => ({ id, outcome: "sent" as const })),
        ),
    },
    rejections: only("rejections", {}),
    intake: only("intake", {}),
    clock: systemClock,
    log: silentLog,
    payloads: { urls: payloadUrls({ bucket: "payloads", prefix: "cirrus" }), allowedUrls: [], maxBytes: 1 << 24 },
    stateMachinePrefix: "",
    // The parts that `process` does not use throw when they are called.
  } as unknown as FunctionPorts;

  return {
    ports,
    calls,
    roundTrips: () => waves,
    reset() {
      calls.clear();
      records.clear();
      waves = 0;
    },
  };
}

function claimOne(records: Map<string, PayloadRecord>, request: ClaimRequest): WriteOutcome {
  const current = records.get(request.payloadId);
  if (request.expected === "absent" ? current !== undefined : current?.version !== request.expected) {
    return { outcome: "refused", current };
  }
  const { collections = "", workflow = "", itemids = "" } = parsePayloadId(request.payloadId) ?? {};
  const record: PayloadRecord = {
    ...request,
    collections,
    workflow,
    itemids,
    state: "CLAIMED",
    version: (current?.version ?? 0) + 1,
    created: request.at,
    updated: request.at,
    claimedAt: request.at,
    outputs: [],
    effectsPending: false,
    messages: [request.message],
  };
  records.set(request.payloadId, record);
  return { outcome: "written", record };
}
