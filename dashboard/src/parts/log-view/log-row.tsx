/** A line of a log: its number, when, who, how grave, and what it says; the fields of a JSON line fold out. */
import { MarkIcon } from "../state-mark.tsx";
import { momentText, type Zone } from "../time-text.ts";
import { piecesOf } from "./ansi.ts";
import { type FoldedLine, foldLine } from "./fold.ts";
import { LEVEL_LOOKS } from "./level-looks.ts";
import type { Line } from "./line-store.ts";
import { markMatch } from "./mark-match.ts";

export interface LogRowProps {
  readonly id: string;
  /** The line's number, from 0, and its place among those that are shown. */
  readonly index: number;
  readonly position: number;
  readonly count: number;
  readonly line: Line;
  readonly zone: Zone;
  readonly hasTime: boolean;
  readonly isChosen: boolean;
  readonly isOpen: boolean;
  readonly hit: { readonly start: number; readonly end: number } | undefined;
}

export function LogRow({ id, index, position, count, line, zone, hasTime, isChosen, isOpen, hit }: LogRowProps) {
  const folded = foldLine(line.message);
  const { word, tone, shape } = LEVEL_LOOKS[folded.level];
  return (
    // biome-ignore lint/a11y/useFocusableInteractive: the list has the focus and says which line is meant
    <div
      id={id}
      class={`log-row log-${folded.level}${hit ? " log-hit" : ""}`}
      role="option"
      aria-selected={isChosen}
      aria-posinset={position + 1}
      aria-setsize={count}
      data-line={index}
    >
      <span class="log-number">{index + 1}</span>
      {hasTime && <span class="log-time">{line.at === undefined ? "" : timeText(line.at, zone)}</span>}
      {line.from !== undefined && <span class="log-from">{line.from}</span>}
      <span class={`log-level mark-${tone}`}>
        {folded.level !== "other" && <MarkIcon shape={shape} />}
        <span class="unseen">{word}</span>
      </span>
      <span class="log-text">
        <Text folded={folded} hit={hit} />
        {folded.fields && !isOpen && <Summary fields={folded.fields} />}
        {folded.fields && isOpen && <pre class="log-fields">{JSON.stringify(folded.fields, null, 2)}</pre>}
      </span>
    </div>
  );
}

function Text({ folded, hit }: { readonly folded: FoldedLine; readonly hit: LogRowProps["hit"] }) {
  const pieces = piecesOf(folded.text);
  // What was found is counted in the line as it was written: of a JSON line that is not what stands here.
  const marked = markMatch(pieces, folded.fields || !hit ? 0 : hit.start, folded.fields || !hit ? 0 : hit.end);
  return (
    <>
      {marked.map(({ text, classes, isMatch }, place) => {
        const key = `${place} ${text.length}`;
        if (isMatch) return <mark key={key}>{text}</mark>;
        return classes === "" ? (
          text
        ) : (
          <span key={key} class={classes}>
            {text}
          </span>
        );
      })}
    </>
  );
}

const SUMMARY = 160;

function Summary({ fields }: { readonly fields: Readonly<Record<string, unknown>> }) {
  const text = Object.entries(fields)
    .map(([key, value]) => `${key}=${typeof value === "string" ? value : JSON.stringify(value)}`)
    .join(" ");
  if (text === "") return null;
  return (
    <span class="log-summary" data-fold>
      {" "}
      <span class="log-braces">{"{…}"}</span> {text.length > SUMMARY ? `${text.slice(0, SUMMARY)}…` : text}
    </span>
  );
}

/** Hours to milliseconds; the day stands above the list. */
function timeText(at: string, zone: Zone): string {
  const time = Date.parse(at);
  return `${momentText(time, zone).slice(11, 19)}.${String(time % 1000).padStart(3, "0")}`;
}
