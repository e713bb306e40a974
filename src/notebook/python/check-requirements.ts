/** Whether requirements of pip are any, and can hold beside each other: the code that knows comes with pip. */
import type { RequirementFinding } from "../../loop/notebook-check.ts";
import type { Requirement } from "../../loop/registration.ts";
import { askPython, type PythonSettings } from "./ask-python.ts";

/** Lists are each of one organisation; the findings are in their order. */
export async function checkRequirementLists(
  lists: readonly (readonly Requirement[])[],
  settings: PythonSettings,
): Promise<readonly (readonly RequirementFinding[])[]> {
  const questions = lists.map((list) => list.map(({ text }) => text));
  const { answers } = await askPython("check_requirements.py", questions, settings);
  return lists.map((list, index) => {
    const answer = answers[index];
    // Written by check_requirements.py; a text says that it cannot tell.
    return Array.isArray(answer) ? findingsOf(list, answer as unknown as readonly Found[]) : comparePins(list);
  });
}

interface Found {
  readonly code: string;
  readonly indexes: readonly number[];
  readonly reason?: string;
}

function findingsOf(list: readonly Requirement[], answer: readonly Found[]): readonly RequirementFinding[] {
  return answer.flatMap(({ code, indexes, reason }): RequirementFinding[] => {
    const [first, ...others] = indexes.flatMap((index) => list[index] ?? []);
    return first === undefined ? [] : [findingOf(code, [first, ...others], reason)];
  });
}

function findingOf(
  code: string,
  requirements: RequirementFinding["requirements"],
  reason?: string,
): RequirementFinding {
  const texts = requirements.map(({ text }) => text).join(" and ");
  switch (code) {
    case "requirement-conflict": {
      const message = `${texts} cannot both hold`;
      const hint = "All tasks of an organisation run in one environment: agree on one version.";
      return { severity: "error", code, message, requirements, hint };
    }
    case "requirement-impossible":
      return { severity: "error", code, message: `no version satisfies ${texts}`, requirements };
    default:
      return { severity: "error", code, message: `${texts} is no requirement of pip: ${reason}`, requirements };
  }
}

const PIN = /^(?<name>[\w.-]+)\s*(?:\[[^\]]*\])?\s*==\s*(?<version>[^\s,;*]+)\s*$/;

/** Without pip only what is plain to see is said: two versions that are not the same text. */
function comparePins(list: readonly Requirement[]): readonly RequirementFinding[] {
  const [first, ...others] = list;
  if (first === undefined) return [];
  const pins = Map.groupBy(list, ({ text }) => {
    const name = PIN.exec(text)?.groups?.name;
    return name?.toLowerCase().replaceAll(/[-_.]+/g, "-");
  });
  const conflicts = [...pins].flatMap(([name, [one, ...more]]): RequirementFinding[] => {
    if (name === undefined || one === undefined) return [];
    const different = more.filter(({ text }) => versionOf(text) !== versionOf(one.text));
    return different.map((other) => findingOf("requirement-conflict", [one, other]));
  });
  const message = "Requirements were compared without pip: only different exact versions are found";
  const hint = "Install pip: apt-get install python3-pip, or python3 -m ensurepip.";
  return [{ severity: "warning", code: "unchecked", message, requirements: [first, ...others], hint }, ...conflicts];
}

/** `1.0` and `1.0.0` are the same version. */
function versionOf(text: string): string | undefined {
  return PIN.exec(text)?.groups?.version?.replace(/(?:\.0)+$/, "");
}
