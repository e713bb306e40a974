/** The beginning of an error, as much of it as a row of a table has room for. */
const MOST = 140;

export function errorHead({ error, cause }: { readonly error: string; readonly cause: string }): string {
  const [line = ""] = cause.trim().split("\n");
  const text = line === "" ? error : `${error}: ${line}`;
  return text.length > MOST ? `${text.slice(0, MOST - 1)}…` : text;
}
