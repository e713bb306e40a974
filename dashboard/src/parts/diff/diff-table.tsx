/** What differs between two documents: a sign and a word, where it is, before and after. */
import type { PayloadDiff } from "../../../../src/api/shapes/payloads.ts";
import { many } from "../action-text.ts";
import { countDifferences, type Difference, groupDifferences } from "./group-differences.ts";
import "./diff.css";

interface DiffTableProps {
  readonly diff: PayloadDiff;
  /** Names of the two documents, for the columns. */
  readonly from: string;
  readonly to: string;
}

const SIGNS: Readonly<Record<Difference["kind"], string>> = { added: "+", removed: "−", changed: "≠" };

export function DiffTable({ diff, from, to }: DiffTableProps) {
  const { added, removed, changed } = countDifferences(diff.differences);
  if (diff.differences.length === 0) return <p>They are the same.</p>;
  return (
    <>
      <p>
        {many(diff.differences.length, "difference")}
        {diff.more ? ", and there are more" : ""}: {added} added, {removed} removed, {changed} changed.
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section class="table-frame" aria-label="Differences" tabIndex={0}>
        <table class="table diff">
          <caption class="unseen">
            Differences from {from} to {to}
          </caption>
          <thead>
            <tr>
              <th scope="col">What</th>
              <th scope="col">Where</th>
              <th scope="col">{from}</th>
              <th scope="col">{to}</th>
            </tr>
          </thead>
          {groupDifferences(diff.differences).map(({ path, differences }) => (
            <tbody key={path}>
              <tr>
                <th colSpan={4} scope="rowgroup" class="diff-place">
                  <code>{path}</code>
                </th>
              </tr>
              {differences.map(({ name, difference }) => (
                <Line key={difference.path} name={name} difference={difference} />
              ))}
            </tbody>
          ))}
        </table>
      </section>
    </>
  );
}

function Line({ name, difference }: { readonly name: string; readonly difference: Difference }) {
  const { kind, before, after } = difference;
  return (
    <tr class={`diff-${kind}`}>
      <td class="diff-kind">
        <span aria-hidden="true">{SIGNS[kind]}</span> {kind}
      </td>
      <th scope="row">
        <code>{name}</code>
      </th>
      <td>{kind !== "added" && <Value value={before} />}</td>
      <td>{kind !== "removed" && <Value value={after} />}</td>
    </tr>
  );
}

const MOST_IN_LINE = 120;
const MOST_SHOWN = 20_000;

function Value({ value }: { readonly value: unknown }) {
  const text = JSON.stringify(value) ?? "";
  if (text.length <= MOST_IN_LINE) return <code>{text}</code>;
  const whole = typeof value === "string" ? value : JSON.stringify(value, undefined, 2);
  return (
    <details>
      <summary>
        <code>{text.slice(0, MOST_IN_LINE)}…</code>
      </summary>
      <pre>{whole.length > MOST_SHOWN ? `${whole.slice(0, MOST_SHOWN)}…` : whole}</pre>
    </details>
  );
}
