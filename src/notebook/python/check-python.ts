/** Has the functions of Python notebooks looked at by Python itself: all in one process, which one of them may crash. */
import type { NotebookFinding, NotebookRequest } from "../../loop/notebook-check.ts";
import type { Notebook } from "../read-notebook.ts";
import { askPython, type PythonAnswers, type PythonSettings } from "./ask-python.ts";

export interface PythonNotebook {
  readonly notebook: Notebook;
  readonly request: NotebookRequest;
}

export async function checkPython(
  notebooks: readonly PythonNotebook[],
  settings: PythonSettings,
): Promise<readonly NotebookFinding[]> {
  const findings: NotebookFinding[] = [];
  let open = notebooks;
  for (let crashes = 0; open.length > 0; crashes += 1) {
    if (crashes > CRASHES) return [...findings, ...open.map(({ request }) => unchecked(request.key, TOO_MANY))];
    const asked = await askPython("check.py", open.map(question), settings);
    if (asked.ended === "absent") return [...findings, ...open.map(({ request }) => withoutPython(request, asked))];
    // Written by check.py, a list of findings for each question.
    const answers = asked.answers as unknown as readonly (readonly Omit<NotebookFinding, "key">[])[];
    for (const [index, answer] of answers.entries()) {
      const key = open[index]?.request.key ?? "";
      findings.push(...answer.map((finding) => ({ key, ...finding })));
    }
    const [culprit, ...others] = open.slice(answers.length);
    if (culprit !== undefined) findings.push(blame(culprit.request, asked));
    open = others;
  }
  return findings;
}

/** Each costs a process; so many say that it is not the notebooks. */
const CRASHES = 5;
const TOO_MANY = "Python ended too often while notebooks were checked";

function question({ notebook, request }: PythonNotebook) {
  return {
    notebook: request.path,
    cells: notebook.cells.map(({ index, source }) => ({ index, source })),
    method: request.method,
    full: request.fullNotebook,
    args: request.args,
  };
}

/** It may run all the same: nothing is known of it. */
function unchecked(key: string, reason: string, hint?: string): NotebookFinding {
  return { key, severity: "warning", code: "unchecked", message: `it could not be checked: ${reason}`, hint };
}

function withoutPython({ key }: NotebookRequest, { reason }: PythonAnswers): NotebookFinding {
  const hint = "Install Python 3.8 or later: apt-get install python3 python3-venv, or brew install python.";
  return unchecked(key, `Python cannot be started here (${reason})`, hint);
}

function blame({ key }: NotebookRequest, { ended, reason }: PythonAnswers): NotebookFinding {
  return ended === "silent"
    ? unchecked(key, "Python took too long to read it")
    : unchecked(key, `Python crashed while it read it (${reason})`);
}
