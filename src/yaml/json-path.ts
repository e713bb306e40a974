/** JSON paths as people and the state machine parser write them (`$.States['pre-batch'].Next`), to and from their parts. */

export type Path = readonly (string | number)[];

export function formatPath(path: Path): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === "number") return `${text}[${part}]`;
    return /^[\w-]+$/.test(part) ? `${text}.${part}` : `${text}['${part.replaceAll("'", "\\'")}']`;
  }, "$");
}

/** The parts of a path; what does not read as a path ends it, so that a near place can still be shown. */
export function parsePath(text: string): Path {
  return [...text.matchAll(STEP)].map((step) => {
    if (step.groups?.index !== undefined) return Number(step.groups.index);
    return step.groups?.plain ?? step.groups?.quoted?.slice(1, -1).replace(/\\(.)/g, "$1") ?? "";
  });
}

const STEP = /\.(?<plain>[^.[\]]+)|\[(?<index>\d+)\]|\[(?<quoted>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")\]/g;
