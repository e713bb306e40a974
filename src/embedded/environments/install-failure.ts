/** Why pip could not install what is required, for whoever wrote the list: its own words name a file that nobody knows. */

export interface Installing {
  /** The lines of the file that it was given. */
  readonly requirements: readonly string[];
  /** What it installed for. */
  readonly python: string;
}

const LONGEST = 2000;
/** Of a hundred versions those that are newest say enough. */
const SHOWN_VERSIONS = 5;

export function installFailure(lines: readonly string[], installing: Installing): string {
  const said = conflict(lines) ?? failedBuild(lines) ?? errors(lines) ?? lastWords(lines);
  const plain = said.map((line) => inPlainWords(line.trim(), installing)).join("; ");
  return plain.slice(0, LONGEST) || "It cannot be built";
}

/** `The conflict is caused by:`, and below it a line for each side. */
function conflict(lines: readonly string[]): readonly string[] | undefined {
  const start = lines.findIndex((line) => line.startsWith("The conflict is caused by:"));
  if (start < 0) return undefined;
  const end = lines.findIndex((line, index) => index > start && line.trim() === "");
  const what = lines.filter((line) => /^ERROR: Cannot install/.test(line));
  return [...what, ...lines.slice(start + 1, end < 0 ? undefined : end)];
}

/** A package is built from its source, and the last line of what that printed is its error. */
function failedBuild(lines: readonly string[]): readonly string[] | undefined {
  const end = lines.findIndex((line) => line.includes("[end of output]"));
  const what = lines.findLast((line, index) => index < end && /^\s*× /.test(line));
  const error = lines.findLast((line, index) => index < end && line.trim() !== "");
  if (what === undefined || error === undefined) return undefined;
  return [what.replace("×", "").replace(/\.\s*$/, ""), error];
}

function errors(lines: readonly string[]): readonly string[] | undefined {
  const found = lines.filter((line) => /^\s*(?:ERROR|error)\b/.test(line));
  // It says the same twice.
  const once = found.length > 1 ? found.filter((line) => !line.startsWith("ERROR: No matching distribution")) : found;
  return once.length === 0 ? undefined : once.slice(-3);
}

function lastWords(lines: readonly string[]): readonly string[] {
  return lines.filter((line) => line.trim() !== "").slice(-3);
}

function inPlainWords(line: string, { requirements, python }: Installing): string {
  return line
    .replace(/^(?:ERROR|error): /, "")
    .replace(/ \(from (?:-r \S+ \(line \d+\)|line \d+ of [^)]*)\)/g, "")
    .replace(/-r \S+ \(line (\d+)\)/g, (whole, number) => requirements[Number(number) - 1] ?? whole)
    .replace(/ \(from versions: ([^)]*)\)/, (_, versions) => ` for ${python} (${newest(versions)})`);
}

function newest(versions: string): string {
  const all = versions.split(", ");
  if (all[0] === "none") return "there is none";
  const shown = all.slice(-SHOWN_VERSIONS);
  return `there are ${[...(shown.length < all.length ? ["…"] : []), ...shown].join(", ")}`;
}
