/**
 * Handles what names large payloads a few at a time. A message has 256 kB at most, but the object that it names up to
 * 16 MiB, many times that once it is parsed: a batch of them would take more memory than the function has, be killed with
 * all its neighbours, and come again just so.
 */

const AT_A_TIME = 4;

/** JSON, or JSON within JSON. Every repetition stands behind its own `"url`, so that no text takes long. */
const NAMES_OBJECT = /"url\\*"\s*:\s*\\*"s3:/;

/** What the deadline leaves has no result: it comes again. */
export async function byWeight<T extends { readonly body: string }, R>(
  messages: readonly T[],
  handle: (some: readonly T[]) => Promise<readonly R[]>,
  deadline: AbortSignal,
): Promise<readonly R[]> {
  const heavy = messages.filter(({ body }) => NAMES_OBJECT.test(body));
  const light = messages.filter((message) => !heavy.includes(message));
  const groups = [...(light.length > 0 ? [light] : []), ...groupsOf(heavy)];
  const results: R[] = [];
  for (const [index, group] of groups.entries()) {
    if (index > 0 && deadline.aborted) break;
    results.push(...(await handle(group)));
  }
  return results;
}

function groupsOf<T>(all: readonly T[]): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(all.length / AT_A_TIME) }, (_, i) =>
    all.slice(i * AT_A_TIME, (i + 1) * AT_A_TIME),
  );
}
