/**
 * A log of any length, as it is written: `<LogView source={{ path: "/v1/bulk/lsat/log", params: { entry: "e1", attempt: 1 } }} />`.
 * The levels and the chosen line stand in the URL, as `levels` and `line`.
 */

import { useMemo, useRef, useState } from "preact/hooks";
import { setQuery, useLocation } from "../../location.ts";
import { ProblemNote } from "../problem.tsx";
import { saveFile } from "../save-file.ts";
import { toggled } from "../table.tsx";
import type { VirtualListHandle } from "../virtual-list/virtual-list.tsx";
import { LEVELS, type Level } from "./level.ts";
import { LogList } from "./log-list.tsx";
import { ChosenLine, News, Nothing, Standing } from "./log-notes.tsx";
import { textParts } from "./log-text.ts";
import { type LogChoices, LogToolbar } from "./log-toolbar.tsx";
import "./log-view.css";
import { makeShownLines } from "./shown-lines.ts";
import { useChosenLine, useFollowing } from "./use-following.ts";
import { type LogSource, useLog } from "./use-log.ts";
import { useSearch } from "./use-search.ts";

export interface LogViewProps {
  /** Answers pages of lines by cursor. */
  readonly source: LogSource;
  /** The name of the file that a download makes. */
  readonly fileName?: string;
}

export function LogView({ source, fileName = "log.txt" }: LogViewProps) {
  const log = useLog(source);
  const query = new URLSearchParams(useLocation().search);
  const levels = useLevels(query.get("levels") ?? "");
  const [choices, setChoices] = useState<LogChoices>(firstChoices);
  const [open, setOpen] = useState<ReadonlySet<number>>(new Set());
  const list = useRef<VirtualListHandle>(null);
  const shown = useMemo(() => makeShownLines(log.store, levels), [log.store, levels]);
  shown.follow();
  const isShown = useMemo(() => {
    return (line: number) => levels.size === 0 || levels.has(log.store.levelAt(line));
  }, [log.store, levels]);
  const searching = useSearch(log.store, log.count, choices.text, choices.isExpression, isShown);
  const chosen = lineOf(query.get("line"));
  const live = useFollowing(log, chosen !== undefined, list);
  useChosenLine(chosen, log, shown, list);

  const choose = (line: number) => setQuery({ line: String(line + 1) });
  const goTo = (line: number | undefined) => {
    if (line === undefined) return;
    live.stop();
    choose(line);
    list.current?.show(shown.positionOf(line), "middle");
  };
  const onHit = (direction: "next" | "previous") => {
    const from = chosen ?? (direction === "next" ? -1 : log.count);
    goTo(direction === "next" ? searching.hits.next(from) : searching.hits.previous(from));
  };
  const fold = (line: number) => setOpen((now) => toggledLine(now, line));

  if (log.count === 0) return <Nothing log={log} />;
  return (
    <section class="log" aria-label="Log">
      <LogToolbar
        counts={log.store.counts()}
        levels={levels}
        onLevel={(level) => setQuery({ levels: [...toggled(levels, level)].join(",") })}
        choices={choices}
        onChoose={(changes) => setChoices((now) => ({ ...now, ...changes }))}
        searching={searching}
        onHit={onHit}
        onDownload={() => saveFile(fileName, textParts(log.store))}
      />
      <div class="log-frame">
        <LogList
          store={log.store}
          shown={shown}
          layoutKey={`${choices.wraps} ${choices.hasTime} ${[...levels]} ${source.path}`}
          wraps={choices.wraps}
          hasTime={choices.hasTime}
          hits={searching.hits}
          chosen={chosen}
          open={open}
          handle={list}
          isFollowing={live.isFollowing}
          onScrolled={live.onScrolled}
          onChoose={choose}
          onFold={fold}
        />
        {log.rest !== "ended" && !live.isFollowing && (
          <button type="button" class="button main-button log-jump" onClick={live.jump}>
            Jump to live{live.missed > 0 ? ` (${live.missed.toLocaleString("en")} new)` : ""}
          </button>
        )}
      </div>
      <Standing log={log} shownCount={shown.count()} />
      {chosen !== undefined && chosen < log.count && (
        <ChosenLine log={log} line={chosen} onFold={() => fold(chosen)} onLeave={() => setQuery({ line: undefined })} />
      )}
      {log.problem && <ProblemNote problem={log.problem} onRetry={log.retry} />}
      <News log={log} isFollowing={live.isFollowing} />
    </section>
  );
}

/** On a narrow screen lines wrap unless somebody wants them not to. */
function firstChoices(): LogChoices {
  const isNarrow = window.matchMedia("(max-width: 40rem)").matches;
  return { text: "", isExpression: false, wraps: isNarrow, hasTime: true };
}

function useLevels(text: string): ReadonlySet<Level> {
  return useMemo(() => new Set(LEVELS.filter((level) => text.split(",").includes(level))), [text]);
}

/** From 1 in the URL, from 0 here. */
function lineOf(text: string | null): number | undefined {
  const number = Number(text ?? "");
  return Number.isInteger(number) && number > 0 ? number - 1 : undefined;
}

function toggledLine(lines: ReadonlySet<number>, line: number): ReadonlySet<number> {
  const next = new Set(lines);
  if (!next.delete(line)) next.add(line);
  return next;
}
