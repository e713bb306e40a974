/** A message as people read it, and what can be found in it. */

/** Indented where it is JSON, else as it came. */
export function readable(raw: string): string {
  const document = parsed(raw);
  return document === undefined ? raw : JSON.stringify(document, null, 2);
}

/** The payload that the message is about, where it says so. */
export function payloadIdIn(raw: string): string | undefined {
  const document = parsed(raw);
  if (typeof document !== "object" || document === null) return undefined;
  const { id } = document as { readonly id?: unknown };
  return typeof id === "string" && /^.+\/workflow-.+\/.+$/.test(id) ? id : undefined;
}

function parsed(raw: string): unknown {
  try {
    return JSON.parse(raw);
  } catch {
    return undefined;
  }
}
