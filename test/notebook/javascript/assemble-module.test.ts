/** One module of several cells: it does what the cells would do one after the other, and knows where everything was. */
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { assembleModule, CELL_BEGINS, ENTRY_EXPORT } from "../../../src/notebook/javascript/assemble-module.ts";
import { type ParsedCell, parseCell } from "../../../src/notebook/javascript/parse-cell.ts";
import { positionAt } from "../../../src/notebook/javascript/place.ts";

const NAMES = ["a", "b", "c", "d"] as const;

/** Ways to bind names to numbers; each takes as many names as there are `$1`, `$2`. Numbers are `%1`, `%2`. */
const FORMS = [
  "const $1 = %1;",
  "let $1: number = %1",
  "var $1 = %1;",
  "export const $1 = %1, $2 = %2",
  "let $1;\n  $1 = %1;",
  "const { $1, x: [$2 = %2] } = { $1: %1 as number, x: [] };",
  "function $1() {}\n$1.value = %1;",
  "class $1 { static value = %1 }",
  "export class $1 { static value: number = %1 }",
  "import $1 from 'node:fs'; if (%1) var $2 = %2;",
  "import { readFileSync as $1, type Stats as $2_type } from 'node:fs'; %1;",
  "enum $1 { value = %1 }",
  "for (var $1 = %1; false; ) {}",
];

interface Statement {
  readonly form: string;
  readonly names: readonly [string, string];
}

const statement = fc.record({
  form: fc.constantFrom(...FORMS),
  names: fc.shuffledSubarray([...NAMES], { minLength: 2, maxLength: 2 }).map((names) => names as [string, string]), // two
});

const notebook = fc.array(
  // Within a cell a name is bound once.
  fc.uniqueArray(statement, { maxLength: 2, selector: () => "one of a cell" }),
  { minLength: 1, maxLength: 5 },
);

interface Written {
  readonly sources: readonly string[];
  /** By name, what it is bound to at the end. */
  readonly values: ReadonlyMap<string, unknown>;
  readonly numbers: readonly number[];
}

function write(cells: readonly (readonly Statement[])[]): Written {
  const values = new Map<string, unknown>();
  const numbers: number[] = [];
  const next = () => {
    numbers.push(1000 + numbers.length);
    return numbers.at(-1) ?? 0;
  };
  const sources = cells.map((statements) =>
    statements
      .map(({ form, names: [first, second] }) => {
        const [one, two] = [next(), form.includes("%2") ? next() : 0];
        const isImport = form.startsWith("import");
        values.set(first, isImport ? "imported" : one);
        if (/\$2\b/.test(form)) values.set(second, two);
        const text = form.replaceAll("$1", first).replaceAll("$2", second);
        return `/* é */ ${text.replaceAll("%1", String(one)).replaceAll("%2", String(two))}`;
      })
      .join("\n"),
  );
  return { sources, values, numbers };
}

function parsed(sources: readonly string[]): readonly ParsedCell[] {
  return sources.map((source, index) => {
    const cell = parseCell({ index, source }, "typescript");
    if (cell.outcome === "invalid") throw new Error(`${source}: ${cell.message}`);
    return cell;
  });
}

function taskOf(values: ReadonlyMap<string, unknown>): string {
  const reads = [...values].map(([name, value]) =>
    value === "imported" ? `${name}: ${name} && "imported"` : `${name}: ${name}.value ?? ${name}`,
  );
  return `const task = () => ({ ${reads.join(", ")} });`;
}

test("P15: the last binding of a name counts, whatever the ones before it were", async () => {
  Object.assign(globalThis, { [Symbol.for(CELL_BEGINS)]: () => {} });
  await fc.assert(
    fc.asyncProperty(notebook, async (cells) => {
      const { sources, values } = write(cells);
      const { text } = assembleModule(parsed([...sources, taskOf(values)]), "task");
      const module = await import(`data:text/javascript;base64,${Buffer.from(text).toString("base64")}`);
      expect(module[ENTRY_EXPORT]()).toEqual(Object.fromEntries(values));
    }),
    { numRuns: 200 },
  );
});

test("P8: every place in the module is a place in a cell", () => {
  fc.assert(
    fc.property(notebook, (cells) => {
      const { sources, values, numbers } = write(cells);
      const { text, placeOf } = assembleModule(parsed([...sources, taskOf(values)]), "task");
      for (const number of numbers) {
        const { line, column } = positionAt(text, text.indexOf(String(number)));
        const cell = sources.findIndex((source) => source.includes(String(number)));
        const source = sources[cell] ?? "";
        const place = placeOf(line, column);
        const expected = positionAt(source, source.indexOf(String(number)));
        // A translated enum keeps its line at least.
        if (source.includes("enum")) expect(place).toMatchObject({ cell });
        else expect(place).toEqual({ cell, ...expected });
      }
    }),
    { numRuns: 300 },
  );
});
