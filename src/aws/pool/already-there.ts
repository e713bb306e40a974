/** Creating what somebody else has created in the meantime is no failure: the next look finds it. */

/** Batch has one error for whatever the caller did wrong, and only its words tell which. */
export async function unlessThere(creation: Promise<unknown>): Promise<void> {
  try {
    await creation;
  } catch (thrown) {
    if (!(thrown instanceof Error && /already exists/i.test(thrown.message))) throw thrown;
  }
}
