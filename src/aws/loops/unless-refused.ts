/** Whether a write was made: false where its condition did not hold. */
import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";

export async function unlessRefused(call: Promise<unknown>): Promise<boolean> {
  try {
    await call;
    return true;
  } catch (thrown) {
    if (thrown instanceof ConditionalCheckFailedException) return false;
    throw thrown;
  }
}
