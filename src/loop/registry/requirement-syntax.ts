/** What can be said of a requirement by its text alone: pip's `name[extra]>=1,<2; marker`, or npm's behind `npm:`. */

export interface RequirementFault {
  readonly wrong: string;
  readonly hint: string;
}

/** Undefined where nothing is wrong. */
export function requirementFault(text: string): RequirementFault | undefined {
  return text.startsWith(NPM) ? npmFault(text.slice(NPM.length)) : pipFault(text.trim());
}

/** Name and range of a requirement of npm's; undefined of one of pip's. */
export function npmRequirement(text: string): { readonly name: string; readonly range: string } | undefined {
  const { name, range } = NPM_REQUIREMENT.exec(text.startsWith(NPM) ? text.slice(NPM.length) : "")?.groups ?? {};
  return name === undefined ? undefined : { name, range: range ?? "*" };
}

const NPM = "npm:";

/** A range has no spaces here but between its parts; files, folders and addresses are none. */
const NPM_REQUIREMENT =
  /^(?<name>(?:@[a-z0-9~][\w.~-]*\/)?[a-z0-9~][\w.~-]*)(?:@(?<range>[\dvx*^~<>=|.][\w\s.+^~<>=|*-]*|[a-z][\w.-]*))?$/;

function npmFault(text: string): RequirementFault | undefined {
  if (NPM_REQUIREMENT.test(text)) return undefined;
  return {
    wrong: "is no package of npm with a range",
    hint: "Write it like npm:ml-matrix@6 or npm:@scope/name@^1.2.",
  };
}

const NAME = /^(?<name>[A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?)\s*(?:\[[\w\s,.-]*\])?\s*(?<rest>.*)$/;
const SPECIFIERS = /^(?:(?:===|==|~=|!=|<=|>=|<|>)\s*[\w.*+!-]+\s*(?:,\s*(?=\S)|$))*$/;

/** `python_version < "3.12" and (…)`. */
const MARKER = /^\s*[\w(][\w\s.()<>=!~,*+'"-]*[<>=!~]|^\s*[\w'"(][\w\s.'"()]*\bin\b/;

function pipFault(text: string): RequirementFault | undefined {
  if (text.startsWith("-")) {
    return { wrong: "is an option of pip", hint: "Only requirements stand here, one an entry, such as numpy>=1.20." };
  }
  if (/^(?:\.|\/|~|file:)/.test(text)) return { wrong: "is a path", hint: NO_PATH };
  if (/^(?:git|hg|svn|bzr)\+|^https?:/.test(text)) {
    return { wrong: "is an address without a name", hint: `Write the name in front of it: name @ ${text}` };
  }
  const { name, rest = "" } = NAME.exec(text)?.groups ?? {};
  if (name === undefined) return { wrong: "is no requirement", hint: EXAMPLE };
  if (rest.startsWith("@")) {
    if (/^@\s*(?:file:|[./~])/.test(rest)) return { wrong: "names a path", hint: NO_PATH };
    return /^@\s*[a-z+]+:\/\/\S+/.test(rest) ? undefined : { wrong: "names no address", hint: EXAMPLE };
  }
  const [before = "", ...markers] = rest.split(";");
  const versions = bare(before);
  if (!markers.every((marker) => MARKER.test(marker))) return { wrong: "ends in no marker", hint: EXAMPLE };
  if (SPECIFIERS.test(versions)) return undefined;
  if (/^=[^=]/.test(versions)) return { wrong: "has one = only", hint: `Write ${name}=${versions}.` };
  if (/^@?\d/.test(versions)) return { wrong: "has no comparison", hint: `Write ${name}==${versions}.` };
  return { wrong: "is no requirement", hint: EXAMPLE };
}

/** `(>=1,<2)` is an older way to write `>=1,<2`. */
function bare(versions: string): string {
  return versions
    .trim()
    .replace(/^\((?<inside>.*)\)$/, "$<inside>")
    .trim();
}

const EXAMPLE = "Write it as pip takes it, such as numpy, numpy==1.26.4 or numpy>=1.20,<2.";
const NO_PATH = "Environments are built without the repository, wherever a loop runs: name a package or its address.";
