/** Hands a text to the browser as a file to keep. */

/** `parts`: the text, in pieces where it is long. */
export function saveFile(name: string, parts: readonly string[], type = "text/plain"): void {
  const url = URL.createObjectURL(new Blob([...parts], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // The browser has taken it by then.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
