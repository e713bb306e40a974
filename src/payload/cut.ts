/** Shortens texts to the limits of the services that carry them, without breaking a character in two. */

/** At most `max` UTF-16 code units; a text that was cut ends in `…`. */
export function cutText(text: string, max: number): string {
  if (text.length <= max) return text;
  return `${wholeCharacters(text.slice(0, max - 1))}…`;
}

/** At most `max` bytes of UTF-8; a text that was cut ends in `…`. */
export function cutBytes(text: string, max: number): string {
  const bytes = Buffer.from(text, "utf8");
  if (bytes.length <= max) return text;
  let end = max - Buffer.byteLength("…");
  // Continuation bytes are 10xxxxxx: step back to the first byte of the character that would be broken.
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
  return `${bytes.toString("utf8", 0, end)}…`;
}

/** A text for one line of a log or a message attribute: control characters become spaces, halves of characters U+FFFD. */
export function singleLine(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/[\p{Cc}\ufffe\uffff]+/gu, " ")
    .trim();
}

function wholeCharacters(text: string): string {
  const last = text.charCodeAt(text.length - 1);
  return last >= 0xd800 && last <= 0xdbff ? text.slice(0, -1) : text;
}
