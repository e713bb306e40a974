/**
 * The parts of a README that are made from what they describe: each stands between `<!-- cirrus:begin name -->` and
 * `<!-- cirrus:end -->`. Everything around them belongs to whoever wrote it.
 */

/** By name; in this order where they are new. Undefined: nothing is known that could be said. */
export type Sections = Readonly<Record<string, Section | undefined>>;

export interface Section {
  readonly heading: string;
  readonly text: string;
}

const BLOCK = /<!-- cirrus:begin ([a-z-]+)[^>]*-->\n[\s\S]*?<!-- cirrus:end -->/g;

/** The README with its parts as they have to be: those that it has where they are, the others at its end. */
export function fillSections(readme: string, sections: Sections): string {
  const there = new Set<string>();
  const filled = readme.replaceAll(BLOCK, (block, name: string) => {
    there.add(name);
    const section = Object.hasOwn(sections, name) ? sections[name] : undefined;
    return section === undefined ? block : blockOf(name, section);
  });
  const missing = Object.entries(sections).flatMap(([name, section]) =>
    section === undefined || there.has(name) ? [] : [blockOf(name, section)],
  );
  return [filled.trimEnd(), ...missing].join("\n\n").concat("\n");
}

export function hasSection(readme: string, name: string): boolean {
  return [...readme.matchAll(BLOCK)].some(([, found]) => found === name);
}

function blockOf(name: string, { heading, text }: Section): string {
  return `<!-- cirrus:begin ${name} -->\n\n## ${heading}\n\n${text.trim()}\n\n<!-- cirrus:end -->`;
}

/** A table as wide as its cells, so that it reads well where nobody renders it. */
export function markdownTable(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [titles, ...rows].map((row) => row.map((cell) => cell.replaceAll("|", "\\|").replaceAll("\n", " ")));
  const widths = titles.map((_, column) => Math.max(3, ...all.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  const [head = [], ...body] = all;
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...body.map(line)].join("\n");
}
