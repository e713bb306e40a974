/** Runs a payload again with an input that somebody edited; what is wrong with it is said with the line in which it lies. */
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { PayloadView } from "../../../../src/api/shapes/payloads.ts";
import type { Problem } from "../../../../src/api/shapes/problem.ts";
import { act } from "../../api/client.ts";
import { problemFrom } from "../../api/use-query.ts";
import { ChoiceGroup } from "../../charts/choice-group.tsx";
import { commandLine, useInfo } from "../../info.ts";
import { navigate } from "../../location.ts";
import { announce } from "../../parts/announce.ts";
import { Command } from "../../parts/copy.tsx";
import { Dialog } from "../../parts/dialog.tsx";
import { Empty } from "../../parts/empty.tsx";
import { quoted } from "../../parts/equivalent-command.ts";
import { Loading } from "../../parts/loading.tsx";
import { ProblemNote } from "../../parts/problem.tsx";
import { href } from "../../routes.ts";
import { DocumentProblem } from "./document-panel.tsx";
import { documentsOf } from "./documents.ts";
import { type DraftProblem, draftOf, placed } from "./draft.ts";
import { ParameterForm } from "./parameter-form.tsx";
import { useDocument } from "./use-document.ts";

export interface EditDialogProps {
  readonly payload: PayloadView;
  readonly onClose: () => void;
  readonly onDone: () => void;
}

export default function EditDialog(props: EditDialogProps) {
  const input = documentsOf(props.payload.attempts).find(({ kind }) => kind === "input");
  const { data, problem, isLoading, refresh } = useDocument(props.payload.id, input);
  return (
    <Dialog title="Rerun with other parameters" onClose={props.onClose} wide>
      {isLoading && <Loading what="Loading the input" />}
      {problem && <DocumentProblem problem={problem} onRetry={refresh} />}
      {data && <EditorOrCommands {...props} first={JSON.stringify(data.document, undefined, 2)} />}
    </Dialog>
  );
}

/** Characters. A browser takes seconds over each key in a longer text. */
const MOST_EDITED = 400_000;

function EditorOrCommands(props: EditDialogProps & { readonly first: string }) {
  const info = useInfo();
  if (props.first.length <= MOST_EDITED) return <Editor {...props} />;
  const { id, state } = props.payload;
  const replace = needsReplace(state) ? " --replace" : "";
  return (
    <Empty title="Its input is too long to be edited in a page.">
      <p>Write it into a file, edit that, and send it:</p>
      <Command line={commandLine(info, `payload get ${quoted(id)}`).concat(" > payload.json")} />
      <Command line={commandLine(info, `publish payload.json${replace}`)} />
    </Empty>
  );
}

type Manner = "form" | "json";

const MANNERS: readonly { readonly value: Manner; readonly text: string }[] = [
  { value: "form", text: "Parameters" },
  { value: "json", text: "Whole payload" },
];

function needsReplace(state: PayloadView["state"]): boolean {
  return state === "SUCCEEDED" || state === "INVALID";
}

function Editor({ payload, first, onClose, onDone }: EditDialogProps & { readonly first: string }) {
  const [text, setText] = useState(first);
  const [why, setWhy] = useState("");
  const [refused, setRefused] = useState<Problem>();
  const [isBusy, setBusy] = useState(false);
  const [manner, setManner] = useState<Manner>("form");
  const area = useRef<HTMLTextAreaElement>(null);
  const draft = useMemo(() => draftOf(text, payload.id), [text, payload.id]);
  const problems = draft.outcome === "problems" ? draft.problems : placed(text, refused?.problems ?? []);
  const replaces = needsReplace(payload.state);

  /** What the API says of a line is to be mended there. */
  const showText = () => {
    setManner("json");
    area.current?.focus();
  };
  const run = async (event: Event) => {
    event.preventDefault();
    if (draft.outcome === "problems") return showText();
    setBusy(true);
    setRefused(undefined);
    try {
      const action = await act({
        kind: "rerun",
        payloadIds: [payload.id],
        payload: draft.payload,
        ...(replaces && { replace: true }),
        ...(why.trim() !== "" && { why: why.trim() }),
      });
      onDone();
      onClose();
      announce("The action has begun.");
      navigate(href.action(action.id));
    } catch (error) {
      setRefused(problemFrom(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <form class="editor" onSubmit={run}>
      <p>
        A new execution begins with this input{replaces ? `, although the payload is ${payload.state}` : ""}. What it
        had before stays as it is.
      </p>
      <ChoiceGroup label="Edit" choices={MANNERS} chosen={manner} onChoose={setManner} />
      {manner === "form" ? (
        <ParameterForm text={text} onText={setText} />
      ) : (
        <LinedTextarea text={text} area={area} problems={problems} onText={setText} />
      )}
      {refused && problems.length === 0 && <ProblemNote problem={refused} />}
      <Problems
        problems={problems}
        onGo={(line) => {
          setManner("json");
          // The text is there once the dialog is drawn again.
          requestAnimationFrame(() => goToLine(area.current, line));
        }}
      />
      <label class="field">
        Why? It is kept in the history.
        <input maxLength={500} value={why} autoComplete="off" onInput={(event) => setWhy(event.currentTarget.value)} />
      </label>
      <div class="dialog-buttons">
        <button type="button" class="button" onClick={() => setText(first)} disabled={text === first}>
          Undo all
        </button>
        <button type="button" class="button" onClick={onClose}>
          Cancel
        </button>
        <button type="submit" class="button main-button" disabled={isBusy || draft.outcome === "problems"}>
          {isBusy ? "Sending…" : "Run with this input"}
        </button>
      </div>
    </form>
  );
}

interface LinedTextareaProps {
  readonly text: string;
  readonly area: { current: HTMLTextAreaElement | null };
  readonly problems: readonly DraftProblem[];
  readonly onText: (text: string) => void;
}

const PROBLEMS_ID = "draft-problems";

function LinedTextarea({ text, area, problems, onText }: LinedTextareaProps) {
  const gutter = useRef<HTMLPreElement>(null);
  const lines = text.split("\n").length;
  const wrong = new Set(problems.map(({ line }) => line));
  const numbers = Array.from({ length: lines }, (_, at) => `${wrong.has(at + 1) ? "▸" : ""}${at + 1}`).join("\n");
  useEffect(() => {
    area.current?.focus();
    area.current?.setSelectionRange(0, 0);
    // Its focus has brought the end of the text into view.
    area.current?.scrollTo(0, 0);
  }, [area]);
  return (
    <div class="lined">
      <pre class="lined-numbers" aria-hidden="true" ref={gutter}>
        {numbers}
      </pre>
      <textarea
        ref={area}
        aria-label="The payload, as JSON"
        aria-describedby={PROBLEMS_ID}
        aria-invalid={problems.length > 0}
        wrap="off"
        rows={18}
        spellcheck={false}
        autoComplete="off"
        value={text}
        onInput={(event) => onText(event.currentTarget.value)}
        onScroll={(event) => {
          if (gutter.current) gutter.current.scrollTop = event.currentTarget.scrollTop;
        }}
      />
    </div>
  );
}

interface ProblemsProps {
  readonly problems: readonly DraftProblem[];
  readonly onGo: (line: number) => void;
}

function Problems({ problems, onGo }: ProblemsProps) {
  return (
    <div role="status" id={PROBLEMS_ID}>
      <ul class="draft-problems">
        {problems.map(({ line, column, message }) => (
          <li key={`${line} ${column} ${message}`}>
            {line !== undefined && (
              <button type="button" class="button small" onClick={() => onGo(line)}>
                Line {line}
              </button>
            )}{" "}
            {message}
          </li>
        ))}
      </ul>
    </div>
  );
}

/** Selects the line, which scrolls it into view. */
function goToLine(area: HTMLTextAreaElement | null, line: number): void {
  if (!area) return;
  const before = area.value
    .split("\n")
    .slice(0, line - 1)
    .join("\n");
  const start = before === "" ? 0 : before.length + 1;
  const end = area.value.indexOf("\n", start);
  area.focus();
  area.setSelectionRange(start, end < 0 ? area.value.length : end);
  const height = Number.parseFloat(getComputedStyle(area).lineHeight);
  area.scrollTop = Math.max(0, (line - 4) * height);
}
