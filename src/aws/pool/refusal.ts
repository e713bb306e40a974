/**
 * How the creation of a part of a pool ended. Batch has one error for whatever the caller did wrong, whose words tell what;
 * Lambda has one for values that it does not take, such as a queue that hides messages for less time than the function has.
 */

const REFUSALS = new Set(["ClientException", "InvalidParameterValueException"]);

/** Undefined where it is there now, also by somebody else's call; else what the service has against it. */
export async function refusalOf(creation: Promise<unknown>): Promise<string | undefined> {
  try {
    await creation;
    return undefined;
  } catch (thrown) {
    if (!(thrown instanceof Error && REFUSALS.has(thrown.name))) throw thrown;
    return /already exists/i.test(thrown.message) ? undefined : thrown.message;
  }
}
