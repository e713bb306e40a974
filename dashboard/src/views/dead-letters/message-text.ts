/** A message as people read it, and what can be found in it. */

/** Indented where it is JSON, without the envelope that SNS puts around what was published; else as it came. */
export function readable(raw: string): string {
  const document = opened(raw);
  return document === undefined ? raw : JSON.stringify(document, null, 2);
}

/** The payload that the message is about, where it says so. */
export function payloadIdIn(raw: string): string | undefined {
  const document = opened(raw);
  if (!isObject(document)) return undefined;
  return typeof document.id === "string" && /^.+\/workflow-.+\/.+$/.test(document.id) ? document.id : undefined;
}

function opened(raw: string): unknown {
  const document = parsed(raw);
  if (!isObject(document) || document.Type !== "Notification" || typeof document.Message !== "string") return document;
  return parsed(document.Message) ?? document.Message;
}

function isObject(document: unknown): document is Readonly<Record<string, unknown>> {
  return typeof document === "object" && document !== null;
}

function parsed(raw: string): unknown {
  try {
    return JSON.parse(raw);
  } catch {
    return undefined;
  }
}
