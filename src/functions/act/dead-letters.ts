/** Sends dead letters once more. */
import type { RedriveDeadLettersRequest } from "../../actions/action-request.ts";
import type { DeadLetters } from "../../events/dead-letters.ts";
import type { ActPorts } from "./ports.ts";
import { done, failed, type Result, skipped, type Target, type Work } from "./progress.ts";
import type { ActionFacts } from "./work-of.ts";

/** SQS has to take all of them to find some: it is done seldom, with many at a time. */
const PAGE = 1000;

export function deadLetterWork(
  { queue, messageIds }: RedriveDeadLettersRequest,
  { at }: ActionFacts,
  { deadLetters }: ActPorts,
): Work {
  const letters = deadLetters[queue];
  return {
    page: PAGE,
    what(count) {
      const many = messageIds === undefined ? count : new Set(messageIds).size;
      return `redrive ${many === 1 ? "1 dead letter" : many === undefined ? "dead letters" : `${many} dead letters`} of the queue ${queue}`;
    },
    async choose(after) {
      if (messageIds !== undefined) return { targets: [...new Set(messageIds)].map((id) => ({ id })) };
      const { items, next } = await letters.list({ limit: PAGE, ...(after !== undefined && { cursor: after }) });
      // What died since then may have been sent once more already.
      const before = items.filter(({ diedAt, sentAt }) => (diedAt ?? sentAt) <= Date.parse(at));
      return { targets: before.map(({ messageId }) => ({ id: messageId })), ...(next !== undefined && { next }) };
    },
    perform: (targets) => redrive(targets, letters),
  };
}

/** The store says how many it moved; which they are is seen from what is left. */
async function redrive(targets: readonly Target[], letters: DeadLetters): Promise<readonly Result[]> {
  const ids = targets.map(({ id }) => id);
  const there = await present(new Set(ids), letters);
  const moved = await letters.redrive(ids.filter((id) => there.has(id)));
  const left = moved === there.size ? new Set<string>() : await present(there, letters);
  return ids.map((id) => {
    if (left.has(id)) return failed(id, "it could not be sent again just now");
    return there.has(id) ? done(id) : skipped(id, "it is among the dead letters no more");
  });
}

async function present(ids: ReadonlySet<string>, letters: DeadLetters): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  let cursor: string | undefined;
  do {
    const page = await letters.list({ limit: 1000, ...(cursor !== undefined && { cursor }) });
    for (const { messageId } of page.items) if (ids.has(messageId)) found.add(messageId);
    cursor = page.next;
  } while (cursor !== undefined && found.size < ids.size);
  return found;
}
