/** `cirrus show cloudformation`: every entry of the template's sections, and which part of the project declares it. */
import { CirrusError, EXIT } from "../../errors.ts";
import type { Json } from "../../json.ts";
import { suggest } from "../../nearest.ts";
import { type Declared, type Project, SECTIONS, type Section } from "../../project/project.ts";
import { originOf } from "./parts.ts";

export interface Entry extends Declared {
  readonly section: Section;
  /** A resource's type, as `AWS::Batch::JobQueue`. */
  readonly type: string | undefined;
  /** `built-in`, `from task x` … */
  readonly origin: string;
}

export interface EntryFilter {
  readonly type?: string | undefined;
  readonly name?: string | undefined;
}

export function listEntries(project: Project, { type, name }: EntryFilter = {}): readonly Entry[] {
  const entries = SECTIONS.toSorted().flatMap((section) =>
    [...project.resources[section].values()]
      .map((declared) => toEntry(project, section, declared))
      .toSorted((a, b) => (a.logicalId < b.logicalId ? -1 : 1)),
  );
  const found = entries
    .filter((entry) => type === undefined || entry.type?.toLowerCase().includes(type.toLowerCase()))
    .filter(({ logicalId }) => name === undefined || logicalId === name);
  if (found.length > 0 || (type === undefined && name === undefined)) return found;
  throw new CirrusError(
    `There is no ${name ?? "resource"}${type === undefined ? "" : ` of type ${type}`} in this project.`,
    {
      hint:
        name === undefined
          ? suggest(
              type ?? "",
              entries.flatMap((entry) => entry.type ?? []),
            )
          : suggest(
              name,
              entries.map(({ logicalId }) => logicalId),
            ),
      exitCode: EXIT.notFound,
    },
  );
}

function toEntry(project: Project, section: Section, declared: Declared): Entry {
  const { Type } = declared.definition;
  const source = originOf(project, declared);
  const builtIn = source === "built-in" ? "built-in " : "";
  return {
    ...declared,
    section,
    type: section === "Resources" && typeof Type === "string" ? Type : undefined,
    origin: declared.task === undefined ? source : `from ${builtIn}task ${declared.task}`,
  };
}

/** Sections in brackets, an entry a line. */
export function renderEntries(entries: readonly Entry[]): string {
  const sections = Map.groupBy(entries, ({ section }) => section);
  return [...sections]
    .map(([section, members]) => [`[${section}]`, ...members.map(renderEntry)].join("\n"))
    .join("\n\n");
}

function renderEntry({ logicalId, type, origin }: Entry): string {
  return [logicalId, ...(type === undefined ? [] : [`[${type}]`]), `(${origin})`].join(" ");
}

/** The schema of `cirrus show cloudformation -o json`. */
export function entryAsJson({ section, logicalId, type, source, task, shown, origin }: Entry): Json {
  return { section, logicalId, type: type ?? null, source, task: task ?? null, file: shown, origin };
}
