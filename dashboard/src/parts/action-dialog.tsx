/** Before an action: what will happen, why (kept in the history), the command that does the same; then how it went. */
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { ActionRequest, ActionView } from "../../../src/api/shapes/actions.ts";
import type { Problem } from "../../../src/api/shapes/problem.ts";
import { act } from "../api/client.ts";
import { problemFrom } from "../api/use-query.ts";
import { useInfo } from "../info.ts";
import { navigate } from "../location.ts";
import { href } from "../routes.ts";
import { actionText } from "./action-text.ts";
import { announce } from "./announce.ts";
import { type Asked, askFor } from "./ask-for.ts";
import { Command } from "./copy.tsx";
import { Dialog } from "./dialog.tsx";
import { commandFor } from "./equivalent-command.ts";
import { ProblemNote } from "./problem.tsx";
import { StateMark } from "./state-mark.tsx";

interface ActionDialogProps extends Asked {
  readonly onClose: () => void;
  /** Choices that change the request: a checkbox, a text. */
  readonly children?: ComponentChildren;
}

export function ActionDialog({ request, count, onClose, onDone, children }: ActionDialogProps) {
  const info = useInfo();
  const [why, setWhy] = useState("");
  const [problem, setProblem] = useState<Problem>();
  const [isBusy, setBusy] = useState(false);
  // With its title as it was: what is chosen on the page may be empty by now.
  const [begun, setBegun] = useState<{ readonly action: ActionView; readonly title: string }>();
  const text = actionText(request, count);
  const whole: ActionRequest = why.trim() === "" ? request : { ...request, why: why.trim() };
  const command = commandFor(whole, info?.flags ?? "", count);

  const confirm = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    setProblem(undefined);
    try {
      const action = await act(whole);
      onDone?.(action);
      if (action.state === "RUNNING") return navigate(href.action(action.id));
      setBegun({ action, title: text.title });
      announce(`${text.title}: ${outcomeText(action) || "done."}`);
    } catch (error) {
      setProblem(problemFrom(error));
    } finally {
      setBusy(false);
    }
  };

  if (begun) {
    return (
      <Dialog title={begun.title} onClose={onClose}>
        <Outcome action={begun.action} onClose={onClose} />
      </Dialog>
    );
  }
  return (
    <Dialog title={text.title} onClose={onClose}>
      <form onSubmit={confirm}>
        <p>{text.consequence}</p>
        {children}
        <label class="field">
          Why? It is kept in the history.
          <input
            name="why"
            autoFocus
            maxLength={500}
            value={why}
            autoComplete="off"
            onInput={(event) => setWhy(event.currentTarget.value)}
          />
        </label>
        {command !== undefined && (
          <>
            <p class="faint">The same on the command line:</p>
            <Command line={command} />
          </>
        )}
        {problem && <ProblemNote problem={problem} />}
        <div class="dialog-buttons">
          <button type="button" class="button" onClick={onClose}>
            Cancel
          </button>
          <button
            type="submit"
            class={text.isSevere ? "button severe-button" : "button main-button"}
            disabled={isBusy || info?.user.mayOperate === false}
          >
            {isBusy ? "Sending…" : text.verb}
          </button>
        </div>
        {info?.user.mayOperate === false && <p>{MAY_NOT}</p>}
      </form>
    </Dialog>
  );
}

const MAY_NOT = "You may look here, and not operate. Ask whoever runs this place for the role that may.";

function Outcome({ action, onClose }: { readonly action: ActionView; readonly onClose: () => void }) {
  return (
    <>
      <p>
        <StateMark state={action.state} /> {outcomeText(action)}
      </p>
      {action.reason !== undefined && <p>{action.reason}</p>}
      {action.problems.length > 0 && (
        <ul class="plain-list">
          {action.problems.slice(0, 5).map(({ id, reason }) => (
            <li key={id}>
              <code>{id}</code>: {reason}
            </li>
          ))}
        </ul>
      )}
      <div class="dialog-buttons">
        <a class="button" href={href.action(action.id)} onClick={onClose}>
          See the action
        </a>
        <button type="button" class="button main-button" onClick={onClose}>
          Close
        </button>
      </div>
    </>
  );
}

function outcomeText({ done, skipped, failed }: ActionView): string {
  if (done === 1 && skipped + failed === 0) return "";
  const parts = [`${done} done`];
  if (skipped > 0) parts.push(`${skipped} left as they were`);
  if (failed > 0) parts.push(`${failed} failed`);
  return `${parts.join(", ")}.`;
}

interface ActionButtonProps extends Asked {
  readonly label: string;
  readonly isDisabled?: boolean | undefined;
  readonly isSmall?: boolean | undefined;
}

/** A button that asks, then acts. */
export function ActionButton({ label, isDisabled, isSmall, ...asked }: ActionButtonProps) {
  const mayNot = useInfo()?.user.mayOperate === false;
  return (
    <button
      type="button"
      class={isSmall ? "button small" : "button"}
      disabled={isDisabled === true || mayNot}
      title={mayNot ? MAY_NOT : undefined}
      onClick={() => askFor(asked)}
    >
      {label}
    </button>
  );
}
