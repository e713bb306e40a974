/** How the creation of something in Batch ended. Batch has one error for whatever the caller did wrong; its words tell which. */

/** Undefined where it is there now, also by somebody else's call; else what Batch has against it. */
export async function refusalOf(creation: Promise<unknown>): Promise<string | undefined> {
  try {
    await creation;
    return undefined;
  } catch (thrown) {
    if (!(thrown instanceof Error && thrown.name === "ClientException")) throw thrown;
    return /already exists/i.test(thrown.message) ? undefined : thrown.message;
  }
}
