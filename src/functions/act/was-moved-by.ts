/** Whether a payload that has changed was changed by this very action, before a crash. */
import type { ActPorts } from "./ports.ts";
import type { Target } from "./progress.ts";

export async function wasMovedBy(
  told: { readonly actor: string; readonly reason: string },
  { id, version = 0 }: Target,
  { functions: { state } }: ActPorts,
): Promise<boolean> {
  let cursor: string | undefined;
  do {
    const page = await state.history(id, { limit: 1000, ...(cursor !== undefined && { cursor }) });
    const moved = page.items.find((one) => one.version > version);
    // Only the first change since then can be its own.
    if (moved !== undefined) return moved.actor === told.actor && moved.reason === told.reason;
    cursor = page.next;
  } while (cursor !== undefined);
  return false;
}
