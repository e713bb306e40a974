/** Requirements of an organisation that cannot hold together: its tasks run in one environment. */
import { describeError } from "../../errors.ts";
import type { NotebookCheck, RequirementFinding } from "../notebook-check.ts";
import type { RegistrationProblem, Requirement } from "../registration.ts";
import { npmRequirement } from "./requirement-syntax.ts";

type Dependencies = Readonly<Record<string, readonly Requirement[]>>;

/** Every problem stands at one of the places and names the others. */
export async function checkRequirements(
  check: Pick<NotebookCheck, "checkRequirements">,
  dependencies: Dependencies,
): Promise<readonly RegistrationProblem[]> {
  const found = Object.entries(dependencies).map(async ([codops, requirements]) => {
    const findings = [...npmConflicts(requirements), ...(await ofPip(check, requirements))];
    return findings.flatMap((finding) => problemsOf(finding, codops));
  });
  return (await Promise.all(found)).flat();
}

async function ofPip(
  check: Pick<NotebookCheck, "checkRequirements">,
  requirements: readonly Requirement[],
): Promise<readonly RequirementFinding[]> {
  const [first, ...others] = requirements.filter(({ text }) => npmRequirement(text) === undefined);
  if (first === undefined) return [];
  try {
    return await check.checkRequirements([first, ...others]);
  } catch (thrown) {
    const message = `Requirements could not be checked: ${describeError(thrown).cause}`;
    return [{ severity: "warning", code: "unchecked", message, requirements: [first] }];
  }
}

/** npm installs one version of what is named at the top; which of two ranges would win is chance. */
function npmConflicts(requirements: readonly Requirement[]): readonly RequirementFinding[] {
  const packages = Map.groupBy(requirements, ({ text }) => npmRequirement(text)?.name);
  return [...packages].flatMap(([name, [first, ...others]]): RequirementFinding[] => {
    if (name === undefined || first === undefined || others.length === 0) return [];
    const texts = [first, ...others].map(({ text }) => text).join(" and ");
    const message = `${texts} are required of npm together`;
    const hint = "Write one range that holds for all tasks of the organisation.";
    return [{ severity: "error", code: CONFLICT, message, requirements: [first, ...others], hint }];
  });
}

export const CONFLICT = "requirement-conflict";

function problemsOf(
  { severity, code, message, requirements, hint }: RequirementFinding,
  codops: string,
): RegistrationProblem[] {
  return requirements.map(({ repository, file, line }, index) => {
    const others = requirements.filter((_, other) => other !== index);
    const places = others.map((other) => {
      const elsewhere = other.repository === repository ? "" : ` of ${other.repository}`;
      return `${other.text} in ${other.file}:${other.line}${elsewhere}`;
    });
    const also = places.length === 0 ? "" : ` (${places.join(", ")})`;
    return { severity, code, message: `${message}${also}`, file, line, hint, repository, codops };
  });
}
