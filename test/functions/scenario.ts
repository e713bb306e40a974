/** Scenarios for the functions: what is sent, what runs at once, what goes wrong, and what time and people do meanwhile. */
import fc from "fast-check";
import type { Json } from "../../src/json.ts";
import type { Fault } from "./faults.ts";
import { payloadOf } from "./world.ts";

export type Invocation = { readonly faults: readonly { readonly at: number; readonly fault: Fault }[] } & (
  | { readonly function: "process"; readonly max: number }
  /** Any of the status changes so far, by index: late ones, repeated ones, in any order. */
  | { readonly function: "update-state"; readonly events: readonly number[]; readonly truncated: boolean }
  | { readonly function: "reconcile" }
);

export type Step =
  /** The same message, delivered one to three times. */
  | { readonly step: "send"; readonly body: Json; readonly copies: number }
  | { readonly step: "invoke"; readonly atOnce: readonly Invocation[] }
  | { readonly step: "end"; readonly which: number; readonly how: Ending }
  | { readonly step: "redrive"; readonly which: number }
  | { readonly step: "wait"; readonly ms: number };

export type Ending = "SUCCEEDED" | "FAILED" | "INVALID" | "TIMED_OUT" | "ABORTED";

const chain = [{ workflow: "cog" }, { workflow: "mosaic" }, { workflow: "publish" }];
const fan = [
  { workflow: "cog" },
  [
    { workflow: "mosaic", chain_filter: "@.id == 'c'" },
    { workflow: "publish" },
    { workflow: "cog", chain_filter: "@.id == 'e'" },
  ],
];
const loop = [{ workflow: "mosaic" }, { workflow: "publish" }, { workflow: "mosaic" }];

const payloads = [
  payloadOf("cog", ["a"]),
  payloadOf(chain, ["b"]),
  payloadOf(fan, ["c", "d"]),
  payloadOf(loop, ["f"]),
  payloadOf("nowhere", ["g"]),
  { type: "FeatureCollection", features: [] },
];

function withReplace(payload: (typeof payloads)[number]): Json {
  if (!("process" in payload)) return payload;
  const [first, ...rest] = payload.process;
  return { ...payload, process: [{ ...(first as object), replace: true }, ...rest] };
}

const body = fc
  .tuple(fc.constantFrom(...payloads.map((_, index) => index)), fc.boolean())
  .map(([index, replace]): Json => {
    const payload = payloads[index] ?? null;
    return replace && payload !== null ? withReplace(payload) : payload;
  });

/** A call that was given up has taken effect by then, if it ever does. */
export const LATEST_MS = 5_000;

const fault: fc.Arbitrary<Fault> = fc.oneof(
  fc.record({ kind: fc.constantFrom("fail-before", "fail-after", "crash-before", "crash-after") }),
  fc.record({ kind: fc.constant("late" as const), ms: fc.integer({ min: 1, max: LATEST_MS }) }),
  // Twenty calls of a second each are still far from reconcile's five minutes.
  fc.record({ kind: fc.constant("delay" as const), ms: fc.integer({ min: 1, max: 1_000 }) }),
);
const faults = fc.array(fc.record({ at: fc.nat(12), fault }), { maxLength: 4 });

const invocation: fc.Arbitrary<Invocation> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ function: fc.constant("process" as const), max: fc.integer({ min: 1, max: 4 }), faults }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      function: fc.constant("update-state" as const),
      events: fc.array(fc.nat(30), { minLength: 1, maxLength: 3 }),
      truncated: fc.boolean(),
      faults,
    }),
  },
  { weight: 1, arbitrary: fc.record({ function: fc.constant("reconcile" as const), faults }) },
);

const stepWith = (body: fc.Arbitrary<Json>): fc.Arbitrary<Step> =>
  fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({ step: fc.constant("send" as const), body, copies: fc.integer({ min: 1, max: 3 }) }),
    },
    {
      weight: 6,
      arbitrary: fc.record({
        step: fc.constant("invoke" as const),
        atOnce: fc.array(invocation, { minLength: 1, maxLength: 3 }),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        step: fc.constant("end" as const),
        which: fc.nat(5),
        how: fc.constantFrom<Ending[]>("SUCCEEDED", "SUCCEEDED", "FAILED", "INVALID", "TIMED_OUT", "ABORTED"),
      }),
    },
    { weight: 1, arbitrary: fc.record({ step: fc.constant("redrive" as const), which: fc.nat(5) }) },
    {
      weight: 2,
      arbitrary: fc.record({
        step: fc.constant("wait" as const),
        ms: fc.constantFrom(1_000, 60_000, 181_000, 301_000),
      }),
    },
  );

/** `body`: what is sent. */
export const scenarioOf = (body: fc.Arbitrary<Json>): fc.Arbitrary<readonly Step[]> =>
  fc.array(stepWith(body), { minLength: 3, maxLength: 30, size: "max" });

export const scenario = scenarioOf(body);
