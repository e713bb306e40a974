/** What stands around the lines of a log: how much there is, what is known of the chosen line, news for those who listen. */
import { useEffect, useRef, useState } from "preact/hooks";
import { Copy } from "../copy.tsx";
import { Empty } from "../empty.tsx";
import { ProblemNote } from "../problem.tsx";
import type { LogReading } from "./use-log.ts";

export function Nothing({ log }: { readonly log: LogReading }) {
  if (log.problem) return <ProblemNote problem={log.problem} onRetry={log.retry} />;
  if (log.rest === "reading") return <p class="loading">Reading the log…</p>;
  return log.rest === "growing" ? (
    <Empty title="Nothing has been written yet.">
      <p>Lines appear here as they are written.</p>
    </Empty>
  ) : (
    <Empty title="Nothing was written.">
      <p>Whatever ran printed nothing, or its log is no longer kept.</p>
    </Empty>
  );
}

export function Standing({ log, shownCount }: { readonly log: LogReading; readonly shownCount: number }) {
  const of = shownCount < log.count ? `${shownCount.toLocaleString("en")} of ` : "";
  const rest = { reading: "reading on…", growing: "more may come", ended: "that is all" }[log.rest];
  return (
    <p class="log-standing faint">
      {of}
      {log.count.toLocaleString("en")} lines, {rest}
    </p>
  );
}

interface ChosenLineProps {
  readonly log: LogReading;
  readonly line: number;
  readonly onFold: () => void;
  readonly onLeave: () => void;
}

export function ChosenLine({ log, line, onFold, onLeave }: ChosenLineProps) {
  const message = log.store.line(line)?.message ?? "";
  return (
    <p class="log-chosen">
      Line {(line + 1).toLocaleString("en")} <Copy text={window.location.href} what="the link to this line" />{" "}
      <span class="faint">link</span> <Copy text={message} what="the line" /> <span class="faint">text</span>
      {message.startsWith("{") && (
        <button type="button" class="button small" onClick={onFold}>
          Show or hide its fields
        </button>
      )}
      <button type="button" class="button small" onClick={onLeave}>
        Leave it
      </button>
    </p>
  );
}

const NEWS_MS = 3_000;

/** For those who listen: what has been written since, now and then, and nothing while somebody reads further up. */
export function News({ log, isFollowing }: { readonly log: LogReading; readonly isFollowing: boolean }) {
  const [text, setText] = useState("");
  const told = useRef(log.count);
  const newest = useRef(log);
  newest.current = log;
  useEffect(() => {
    told.current = newest.current.count;
    if (!isFollowing || log.rest !== "growing") return;
    const timer = setInterval(() => {
      const { count, store } = newest.current;
      const more = count - told.current;
      if (more <= 0) return;
      told.current = count;
      const last = store.line(count - 1)?.message.slice(0, 200) ?? "";
      setText(more === 1 ? last : `${more} new lines. The last: ${last}`);
    }, NEWS_MS);
    return () => clearInterval(timer);
  }, [isFollowing, log.rest]);
  return (
    <div class="unseen" role="log" aria-live="polite" aria-label="News of the log">
      {text}
    </div>
  );
}
