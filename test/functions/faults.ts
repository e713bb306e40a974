/**
 * What can go wrong at a call: it fails before it takes effect, or after (the reply is lost), it is slow, it is given up
 * and takes effect later all the same, or the process dies there. A dead process makes no further call and gives no result.
 */
import type { Clock } from "../../src/clock.ts";
import { TransientError } from "../../src/errors.ts";
import type { FunctionPorts } from "../../src/functions/ports.ts";

export type Fault =
  | { readonly kind: "fail-before" | "fail-after" | "crash-before" | "crash-after" }
  | { readonly kind: "delay" | "late"; readonly ms: number };

/** `state.claim`, `executions.start`, … */
export type Call = string;

export type FaultPlan = (call: Call, number: number) => Fault | undefined;

/** The first call of this name meets the fault. */
export function once(call: Call, kind: Exclude<Fault["kind"], "delay" | "late">): FaultPlan {
  let met = false;
  return (name) => {
    if (met || name !== call) return undefined;
    met = true;
    return { kind };
  };
}

/** Every call of this name fails before it takes effect. */
export function always(call: Call): FaultPlan {
  return (name) => (name === call ? { kind: "fail-before" } : undefined);
}

const FAULTY = ["state", "objects", "executions", "intake", "announcements", "rejections", "actions"] as const;

/** One invocation of a function, which may die on the way: then what it did stays done, and its result is `crashed`. */
export async function invoke<T, P extends FunctionPorts>(
  ports: P,
  run: (ports: P) => Promise<T>,
  plan: FaultPlan = () => undefined,
): Promise<T | "crashed"> {
  const { promise: crashed, resolve } = Promise.withResolvers<"crashed">();
  const invocation = { crashed: false, calls: 0 };
  const crash = () => {
    invocation.crashed = true;
    resolve("crashed");
  };
  const faulty = Object.entries(ports)
    .filter(([name]) => FAULTY.some((one) => one === name))
    .map(([name, port]) => [name, withFaults(name, port, { plan, crash, clock: ports.clock, invocation })] as const);
  // Each member has kept its type: a proxy passes everything through.
  const result = run({ ...ports, ...(Object.fromEntries(faulty) as Partial<P>) });
  return Promise.race([result, crashed]);
}

interface Invocation {
  readonly plan: FaultPlan;
  readonly crash: () => void;
  readonly clock: Clock;
  readonly invocation: { crashed: boolean; calls: number };
}

/** Nothing is heard of a dead process. */
const never = new Promise<never>(() => {});

function withFaults<P extends object>(port: string, target: P, { plan, crash, clock, invocation }: Invocation): P {
  return new Proxy(target, {
    get(object, member, receiver) {
      const method: unknown = Reflect.get(object, member, receiver);
      if (typeof method !== "function") return method;
      const call = async (...values: unknown[]): Promise<unknown> => {
        if (invocation.crashed) return never;
        const fault = plan(`${port}.${String(member)}`, invocation.calls++);
        if (fault?.kind === "delay") await clock.sleep(fault.ms);
        if (fault?.kind === "crash-before") crash();
        if (invocation.crashed) return never;
        if (fault?.kind === "late") {
          // Whoever gave the call up does not hear how it ends.
          void clock
            .sleep(fault.ms)
            .then(() => method.apply(object, values))
            .catch(() => {});
          throw new TransientError(`${port} did not answer in time`);
        }
        if (fault?.kind === "fail-before") throw new TransientError(`${port} cannot be reached`);
        const answer: unknown = await method.apply(object, values);
        const result = isList(answer) ? await Array.fromAsync(answer) : answer;
        if (fault?.kind === "crash-after") crash();
        if (invocation.crashed) return never;
        if (fault?.kind === "fail-after") throw new TransientError(`the reply of ${port} was lost`);
        return result;
      };
      if (port !== "objects" || member !== "list") return call;
      return async function* (...values: unknown[]): AsyncGenerator<unknown> {
        yield* (await call(...values)) as readonly unknown[];
      };
    },
  });
}

/** What is listed one by one is one call all the same. */
function isList(answer: unknown): answer is AsyncIterable<unknown> {
  return typeof answer === "object" && answer !== null && Symbol.asyncIterator in answer;
}
