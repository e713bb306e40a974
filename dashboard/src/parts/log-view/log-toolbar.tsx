/** What is done with a log: levels, search, wrapping, times, download. */

import { MarkIcon } from "../state-mark.tsx";
import { LEVELS, type Level } from "./level.ts";
import { LEVEL_LOOKS } from "./level-looks.ts";
import type { Searching } from "./use-search.ts";

export interface LogChoices {
  readonly text: string;
  readonly isExpression: boolean;
  readonly wraps: boolean;
  readonly hasTime: boolean;
}

interface LogToolbarProps {
  readonly counts: Readonly<Record<Level, number>>;
  /** Empty: all. */
  readonly levels: ReadonlySet<Level>;
  readonly onLevel: (level: Level) => void;
  readonly choices: LogChoices;
  readonly onChoose: (changes: Partial<LogChoices>) => void;
  readonly searching: Searching;
  readonly onHit: (direction: "next" | "previous") => void;
  readonly onDownload: () => void;
}

export function LogToolbar(props: LogToolbarProps) {
  const { choices, onChoose, onDownload } = props;
  return (
    <div class="log-tools">
      <Levels {...props} />
      <SearchBox {...props} />
      <div class="log-switches">
        <Switch label="Wrap" isOn={choices.wraps} onChange={(wraps) => onChoose({ wraps })} />
        <Switch label="Time" isOn={choices.hasTime} onChange={(hasTime) => onChoose({ hasTime })} />
        <button type="button" class="button small" onClick={onDownload}>
          Download
        </button>
      </div>
    </div>
  );
}

function Levels({ counts, levels, onLevel }: LogToolbarProps) {
  return (
    <fieldset class="log-levels">
      <legend class="unseen">Only lines of these levels</legend>
      {LEVELS.filter((level) => counts[level] > 0 || levels.has(level)).map((level) => {
        const { word, tone, shape } = LEVEL_LOOKS[level];
        return (
          <button
            key={level}
            type="button"
            class="button small"
            aria-pressed={levels.has(level)}
            onClick={() => onLevel(level)}
          >
            <span class={`mark mark-${tone}`}>
              <MarkIcon shape={shape} />
            </span>
            {word} <span class="faint">{counts[level].toLocaleString("en")}</span>
          </button>
        );
      })}
    </fieldset>
  );
}

function SearchBox({ choices, onChoose, searching, onHit }: LogToolbarProps) {
  const isIdle = searching.hits.count() === 0;
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    onHit(event.shiftKey ? "previous" : "next");
  };
  return (
    <search class="log-search">
      <input
        type="search"
        aria-label={choices.isExpression ? "Search by an expression" : "Search"}
        placeholder={choices.isExpression ? "Search: timed? ?out|refused" : "Search"}
        value={choices.text}
        aria-invalid={searching.isWrong}
        spellcheck={false}
        autoComplete="off"
        onInput={(event) => onChoose({ text: event.currentTarget.value })}
        onKeyDown={onKeyDown}
      />
      <Switch label="Regex" isOn={choices.isExpression} onChange={(isExpression) => onChoose({ isExpression })} />
      <button type="button" class="button small" disabled={isIdle} onClick={() => onHit("previous")}>
        Previous
      </button>
      <button type="button" class="button small" disabled={isIdle} onClick={() => onHit("next")}>
        Next
      </button>
      <span class="log-found" role="status">
        {searching.status}
      </span>
    </search>
  );
}

interface SwitchProps {
  readonly label: string;
  readonly isOn: boolean;
  readonly onChange: (isOn: boolean) => void;
}

function Switch({ label, isOn, onChange }: SwitchProps) {
  return (
    <button type="button" class="button small" aria-pressed={isOn} onClick={() => onChange(!isOn)}>
      {label}
    </button>
  );
}
