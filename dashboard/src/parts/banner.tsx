/** Says above every view that the connection or the session is gone. */
import type { Problem } from "../../../src/api/shapes/problem.ts";
import { useConnection } from "../api/connection.ts";
import { MarkIcon } from "./state-mark.tsx";

export function Banner({ problem }: { readonly problem: Problem | undefined }) {
  const connection = useConnection();
  if (connection === "session-ended") {
    return (
      <div class="note note-bad" role="alert">
        <p class="note-title">
          <MarkIcon shape="triangle" /> The session has ended
        </p>
        <p>Load the page again to sign in. What is shown below may be old.</p>
        <button type="button" class="button" onClick={() => window.location.reload()}>
          Load again
        </button>
      </div>
    );
  }
  if (connection === "lost") {
    return (
      <div class="note note-odd" role="alert">
        <p class="note-title">
          <MarkIcon shape="triangle" /> No connection
        </p>
        <p>What is shown below is from before. It is tried again until somebody answers.</p>
      </div>
    );
  }
  if (problem?.status === 403) {
    return (
      <div class="note note-bad" role="alert">
        <p class="note-title">
          <MarkIcon shape="triangle" /> No permission
        </p>
        <p>{problem.detail}</p>
      </div>
    );
  }
  return null;
}
