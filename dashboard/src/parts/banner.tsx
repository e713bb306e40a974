/** Says above every view that the connection or the session is gone. */
import { useEffect } from "preact/hooks";
import type { Problem } from "../../../src/api/shapes/problem.ts";
import { get } from "../api/client.ts";
import { useConnection } from "../api/connection.ts";
import { SIGNED_OUT } from "../api/problem-error.ts";
import { useInfo } from "../info.ts";
import { announce } from "./announce.ts";
import { ProblemNote } from "./problem.tsx";
import { MarkIcon } from "./state-mark.tsx";

/** While nobody answers. */
const TRY_AGAIN_MS = 3000;

/** `problem`: what `/v1/info` said. */
export function Banner({ problem }: { readonly problem: Problem | undefined }) {
  const connection = useConnection();
  if (connection === "lost") return <Lost />;
  if (problem?.type === SIGNED_OUT) return <SignedOut title={problem.title} detail={problem.detail} />;
  if (connection === "session-ended") return <SignedOut title="The session has ended" />;
  // Without permission each view says so itself.
  return problem && problem.status !== 403 ? <ProblemNote problem={problem} /> : null;
}

function Lost() {
  const isHere = useInfo()?.stage === undefined;
  // It changes what useConnection says as soon as somebody answers.
  const ask = () => void get("/v1/info").catch(() => {});
  useEffect(() => {
    const timer = setInterval(ask, TRY_AGAIN_MS);
    return () => {
      clearInterval(timer);
      announce("The connection is back.");
    };
  }, []);
  return (
    <div class="note note-odd" role="alert">
      <p class="note-title">
        <MarkIcon shape="triangle" /> No connection
      </p>
      <p>Whoever serves this page does not answer. What is shown below may be old; it is tried again until it does.</p>
      {isHere && (
        <p>
          Is <code>npx cirrus dev</code> or <code>npx cirrus dashboard</code> still running?
        </p>
      )}
      <button type="button" class="button" onClick={ask}>
        Try now
      </button>
    </div>
  );
}

function SignedOut({ title, detail }: { readonly title: string; readonly detail?: string }) {
  return (
    <div class="note note-bad" role="alert">
      <p class="note-title">
        <MarkIcon shape="triangle" /> {title}
      </p>
      {detail !== undefined && <p>{detail}</p>}
      <p>Sign in again; you come back to this page. What is shown below may be old.</p>
      <button type="button" class="button main-button" onClick={() => window.location.reload()}>
        Sign in
      </button>
    </div>
  );
}
