/** What the parts of the state store need: the client, the table, and where time and chance come from. */
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { Clock } from "../../clock.ts";
import { TransientError } from "../../errors.ts";

export interface Table {
  readonly client: Pick<DynamoDBClient, "send">;
  readonly table: string;
  readonly clock: Clock;
  /** From 0 up to, but not including, 1. */
  readonly random: () => number;
}

/** Tries in a row that do nothing of what a service left undone in a good answer; whole calls the client itself repeats. */
const TRIES = 6;
const FIRST_WAIT_MS = 50;

/**
 * Does `step` until nothing is left, with longer and longer waits of random length, so that the many who were refused
 * together do not come back together.
 */
export async function untilDone<T>(
  all: readonly T[],
  { clock, random, service = "DynamoDB" }: Pick<Table, "clock" | "random"> & { readonly service?: string },
  step: (rest: readonly T[]) => Promise<{ readonly rest: readonly T[]; readonly reason?: string | undefined }>,
): Promise<void> {
  let left = all;
  let tries = 0;
  while (left.length > 0) {
    const { rest, reason } = await step(left);
    if (rest.length === 0) return;
    tries = rest.length < left.length ? 1 : tries + 1;
    left = rest;
    if (tries === TRIES) {
      throw new TransientError(`${service} left ${rest.length} of ${all.length} undone: ${reason ?? "no capacity"}`, {
        hint: "It usually passes: try again in a moment.",
      });
    }
    await clock.sleep(random() * FIRST_WAIT_MS * 2 ** tries);
  }
}

/** Calls at a time: the client keeps 50 connections, and a function has other calls to make. */
const CALLS_AT_A_TIME = 16;

/** Results in the order of the inputs. */
export async function inParallel<T, R>(inputs: readonly T[], call: (input: T) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = [];
  const rest = inputs.entries();
  async function work(): Promise<void> {
    for (const [index, input] of rest) results[index] = await call(input);
  }
  await Promise.all(Array.from({ length: Math.min(CALLS_AT_A_TIME, inputs.length) }, work));
  return results;
}

export function slices<T>(all: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, i) => all.slice(i * size, (i + 1) * size));
}
