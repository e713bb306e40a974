/** Tries again what somebody else's write came in between of: everything is read anew, and decided anew. */
import { ConditionalCheckFailedException, TransactionConflictException } from "@aws-sdk/client-dynamodb";
import { TransientError } from "../../errors.ts";
import type { Table } from "../state/table.ts";

const TRIES = 12;
const FIRST_WAIT_MS = 20;
const LONGEST_WAIT_MS = 1_000;

/** `step` answers undefined where it was refused. */
export async function untilSettled<T>(
  what: string,
  { clock, random }: Pick<Table, "clock" | "random">,
  step: () => Promise<T | undefined>,
): Promise<T> {
  for (let tries = 1; tries <= TRIES; tries += 1) {
    const result = await step().catch(ifMet);
    if (result !== undefined) return result;
    await clock.sleep(random() * Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** tries));
  }
  throw new TransientError(`${what} is being written by others at the same time.`, {
    hint: "It usually passes: try again in a moment.",
  });
}

function ifMet(thrown: unknown): undefined {
  if (thrown instanceof ConditionalCheckFailedException || thrown instanceof TransactionConflictException) return;
  throw thrown;
}
