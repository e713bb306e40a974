/** What went wrong, as a sentence, with a way on. */
import type { ComponentChildren } from "preact";
import type { Problem } from "../../../src/api/shapes/problem.ts";
import { SIGNED_OUT } from "../api/problem-error.ts";
import { MarkIcon } from "./state-mark.tsx";

interface ProblemNoteProps {
  readonly problem: Problem;
  readonly onRetry?: (() => void) | undefined;
  /** What to do on this page where there is no such thing; the API's hint is for programs. */
  readonly wayOn?: ComponentChildren;
}

export function ProblemNote({ problem, onRetry, wayOn }: ProblemNoteProps) {
  // The banner over the page says it once for everything.
  if (problem.type === "unreachable" || problem.type === SIGNED_OUT) return null;
  const { title, detail, hint, problems = [] } = problem;
  return (
    <div class="note note-bad" role="alert">
      <p class="note-title">
        <MarkIcon shape="triangle" /> {title}
      </p>
      <p>{detail}</p>
      {problems.length > 1 && (
        <ul>
          {problems.map(({ parameter, message }) => (
            <li key={parameter}>
              <code>{parameter}</code>: {message}
            </li>
          ))}
        </ul>
      )}
      {problem.status === 404 && wayOn ? <p>{wayOn}</p> : hint !== undefined && <p>{hint}</p>}
      {onRetry && (
        <button type="button" class="button" onClick={onRetry}>
          Try again
        </button>
      )}
    </div>
  );
}
