/** What is known of notebooks and requirements before they run. Each language is looked at by what runs it. */
import type { NotebookCheck, NotebookFinding, NotebookRequest, RequirementFinding } from "../loop/notebook-check.ts";
import type { Requirement } from "../loop/registration.ts";
import { checkJavaScript } from "./javascript/check.ts";
import { PYTHON, type PythonSettings } from "./python/ask-python.ts";
import { checkPython, type PythonNotebook } from "./python/check-python.ts";
import { checkRequirementLists } from "./python/check-requirements.ts";
import { readNotebook } from "./read-notebook.ts";

export function makeNotebookCheck(settings: Partial<PythonSettings> = {}): NotebookCheck {
  const python = { ...PYTHON, ...settings };
  const checkRequirements = togetherInOneProcess((lists) => checkRequirementLists(lists, python));
  return {
    async check(requests) {
      const sorted = requests.map(sortOne);
      const ofPython = sorted.flatMap(({ python }) => python ?? []);
      const findings = await checkPython(ofPython, python);
      return [...sorted.flatMap(({ findings }) => findings), ...findings];
    },
    checkRequirements: (requirements) => checkRequirements(requirements.filter(({ text }) => !text.startsWith("npm:"))),
  };
}

interface Sorted {
  readonly findings: readonly NotebookFinding[];
  /** Only Python can say more. */
  readonly python?: PythonNotebook;
}

function sortOne(request: NotebookRequest): Sorted {
  const { key, path } = request;
  const read = readNotebook(request.content);
  if (read.outcome === "unreadable") {
    const { code, message, hint } = read;
    return { findings: [{ key, severity: "error", code, message: `${path} ${message}`, hint }] };
  }
  const { notebook } = read;
  switch (notebook.language) {
    case "python":
      return { findings: [], python: { notebook, request } };
    case "typescript":
    case "javascript":
      return { findings: checkJavaScript(notebook, request) };
    default: {
      const message = `${path} is written in ${notebook.language}, which no program here runs`;
      const hint = "Notebooks can be written in Python, TypeScript or JavaScript.";
      return { findings: [{ key, severity: "error", code: "notebook-language", message, hint }] };
    }
  }
}

type Findings = readonly RequirementFinding[];

/** All organisations are asked about at the same moment: one process answers for all of them. */
function togetherInOneProcess(
  check: (lists: readonly (readonly Requirement[])[]) => Promise<readonly Findings[]>,
): (list: readonly Requirement[]) => Promise<Findings> {
  let waiting:
    | { readonly lists: (readonly Requirement[])[]; readonly answers: Promise<readonly Findings[]> }
    | undefined;
  return async (list) => {
    if (list.length === 0) return [];
    if (waiting === undefined) {
      const lists: (readonly Requirement[])[] = [];
      const answers = Promise.resolve().then(() => {
        waiting = undefined;
        return check(lists);
      });
      waiting = { lists, answers };
    }
    const index = waiting.lists.push(list) - 1;
    return (await waiting.answers)[index] ?? [];
  };
}
