/** Has the notebooks of all repositories looked into at once, and none twice: each look starts a process. */
import { createHash } from "node:crypto";
import { describeError } from "../../errors.ts";
import { canonicalJson } from "../../json.ts";
import type { NotebookCheck, NotebookFinding, NotebookRequest } from "../notebook-check.ts";
import type { RegistrationProblem } from "../registration.ts";
import { requestKey } from "./check-work.ts";
import type { RepositoryReading, UncheckedReading } from "./repository-reading.ts";

export interface CheckedReading {
  readonly reading: RepositoryReading;
  /** False where the notebooks could not be looked into: they are the next time. */
  readonly complete: boolean;
}

/** In the order of the readings. A notebook that cannot be called keeps its task from running. */
export async function checkNotebooks(
  check: Pick<NotebookCheck, "check">,
  readings: readonly UncheckedReading[],
): Promise<readonly CheckedReading[]> {
  try {
    const findings = await check.check(readings.flatMap(({ requests }) => requests));
    const byKey = Map.groupBy(findings, ({ key }) => key);
    return readings.map((reading) => ({ reading: withFindings(reading, byKey), complete: true }));
  } catch (thrown) {
    const message = `Notebooks could not be checked: ${describeError(thrown).cause}`;
    return readings.map((reading) => {
      const warning = { severity: "warning", code: "unchecked", message, repository: reading.registered.repository };
      const problems = reading.requests.length === 0 ? [] : [warning as RegistrationProblem]; // a literal's severity
      return { reading: checked(reading, reading.tasks, problems), complete: false };
    });
  }
}

/** Answers from memory what it has answered before: most commits change one notebook of many. */
export function makeRememberedCheck(check: NotebookCheck): NotebookCheck {
  const answers = new Map<string, Promise<readonly Omit<NotebookFinding, "key">[]>>();
  const requirements = new Map<string, ReturnType<NotebookCheck["checkRequirements"]>>();

  function ask(requests: readonly NotebookRequest[], hashes: readonly string[]): void {
    const asked = requests.length === 0 ? undefined : check.check(requests);
    for (const [index, request] of requests.entries()) {
      const answer =
        asked?.then((findings) => findings.filter(({ key }) => key === request.key)) ?? Promise.resolve([]);
      remember(answers, hashes[index] ?? "", answer);
    }
  }

  return {
    async check(requests) {
      const hashes = requests.map(hashOf);
      const unknown = requests.map((request, index) => ({ request, hash: hashes[index] ?? "" }));
      const asked = [...new Map(unknown.map((each) => [each.hash, each])).values()].filter(
        ({ hash }) => !answers.has(hash),
      );
      ask(
        asked.map(({ request }) => request),
        asked.map(({ hash }) => hash),
      );
      const found = await Promise.all(
        requests.map(async ({ key }, index) => {
          const findings = (await answers.get(hashes[index] ?? "")) ?? [];
          return findings.map((finding) => ({ ...finding, key }));
        }),
      );
      return found.flat();
    },
    checkRequirements(list) {
      const hash = JSON.stringify(list);
      const answer = requirements.get(hash) ?? check.checkRequirements(list);
      remember(requirements, hash, answer);
      return answer;
    },
  };
}

/** What failed is asked again; what has not been asked for longest is forgotten. */
function remember<T>(answers: Map<string, Promise<T>>, hash: string, answer: Promise<T>): void {
  answers.delete(hash);
  answers.set(hash, answer);
  answer.catch(() => answers.delete(hash));
  const oldest = answers.size > REMEMBERED ? answers.keys().next().value : undefined;
  if (oldest !== undefined) answers.delete(oldest);
}

const REMEMBERED = 20_000;

function hashOf({ path, content, method, fullNotebook, args }: NotebookRequest): string {
  const asked = canonicalJson([path, method, fullNotebook, args]);
  return createHash("sha256").update(asked).update("\0").update(content).digest("hex");
}

function withFindings(
  reading: UncheckedReading,
  byKey: ReadonlyMap<string, readonly NotebookFinding[]>,
): RepositoryReading {
  const problems = reading.tasks.flatMap((task) => {
    const { codops, name, work, written } = task;
    const file = work.kind === "notebook" ? work.notebook : undefined;
    const registered = { file: written.file, line: written.line };
    const about = { file, repository: reading.registered.repository, codops, task: name, registered };
    return (byKey.get(requestKey(task)) ?? []).map(({ severity, code, message, hint, cell, line }) => {
      return { severity, code, message, path: cellPath(cell, line), hint, ...about };
    });
  });
  const broken = new Set(
    problems.filter(({ severity }) => severity === "error").map(({ codops, task }) => `${codops}/${task}`),
  );
  const tasks = reading.tasks.filter(({ codops, name }) => !broken.has(`${codops}/${name}`));
  return checked(reading, tasks, problems);
}

/** As it is in the notebook's JSON. */
function cellPath(cell: number | undefined, line: number | undefined): string | undefined {
  if (cell === undefined) return undefined;
  return line === undefined ? `$.cells[${cell}]` : `$.cells[${cell}].source[${line - 1}]`;
}

function checked(
  { registered, declared, requirements, problems }: UncheckedReading,
  tasks: RepositoryReading["tasks"],
  found: readonly RegistrationProblem[],
): RepositoryReading {
  return { registered, tasks, declared, requirements, problems: [...problems, ...found] };
}
