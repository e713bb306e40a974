/** The addresses of the page: which view each path shows, and how to link to it. No DOM, so that tests can read it. */
import type { PayloadFilter } from "../../src/api/shapes/payloads.ts";

export const BASE = "/dashboard";

export type ViewName =
  | "home"
  | "payloads"
  | "payload"
  | "execution"
  | "workflows"
  | "workflow"
  | "tasks"
  | "task"
  | "dead-letters"
  | "bulk"
  | "bulk-run"
  | "loops"
  | "loop-task"
  | "actions"
  | "action"
  | "unknown";

/** What a view gets: the parts of its path and what follows the question mark. */
export interface ViewProps {
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
}

interface Route {
  readonly view: ViewName;
  /** Segments; one that begins with a colon is a parameter. */
  readonly path: string;
}

const ROUTES: readonly Route[] = [
  { view: "home", path: "/" },
  { view: "payloads", path: "/payloads" },
  { view: "payload", path: "/payload" },
  { view: "execution", path: "/execution/:workflow/:name" },
  { view: "workflows", path: "/workflows" },
  { view: "workflow", path: "/workflow/:name" },
  { view: "tasks", path: "/tasks" },
  { view: "task", path: "/task/:name" },
  { view: "dead-letters", path: "/dead-letters" },
  { view: "bulk", path: "/bulk" },
  { view: "bulk-run", path: "/bulk/:run" },
  { view: "loops", path: "/loops" },
  { view: "loops", path: "/loops/:codops" },
  { view: "loop-task", path: "/loop-task" },
  { view: "actions", path: "/actions" },
  { view: "action", path: "/action/:id" },
];

export interface Match {
  readonly view: ViewName;
  readonly params: Readonly<Record<string, string>>;
}

/** `pathname` as the browser has it, percent-encoded and with the base. */
export function match(pathname: string): Match {
  const given = segments(pathname.startsWith(BASE) ? pathname.slice(BASE.length) : pathname);
  for (const { view, path } of ROUTES) {
    const params = parametersOf(segments(path), given);
    if (params) return { view, params };
  }
  return { view: "unknown", params: {} };
}

/** What tells one page from another: the rest of the query only changes how it is looked at. */
export function identityOf(pathname: string, query: URLSearchParams): string {
  return [pathname, query.get("id") ?? query.get("task") ?? ""].join(" ");
}

function segments(path: string): readonly string[] {
  return path.split("/").filter((segment) => segment !== "");
}

function parametersOf(wanted: readonly string[], given: readonly string[]): Record<string, string> | undefined {
  if (wanted.length !== given.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, segment] of wanted.entries()) {
    const text = decode(given[index] ?? "");
    if (segment.startsWith(":")) params[segment.slice(1)] = text;
    else if (segment !== text) return undefined;
  }
  return params;
}

/** An address typed by hand may hold a lone percent sign. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

type QueryValue = string | number | boolean | undefined;

/** A path of the page or the API with its query; what is undefined or empty is left out. */
export function withQuery(path: string, query: Readonly<Record<string, QueryValue>>): string {
  const kept = Object.entries(query).filter(([, value]) => value !== undefined && value !== "");
  if (kept.length === 0) return path;
  return `${path}${path.includes("?") ? "&" : "?"}${new URLSearchParams(kept.map(([name, value]): [string, string] => [name, String(value)]))}`;
}

const to = (path: string, query: Readonly<Record<string, QueryValue>> = {}) => withQuery(`${BASE}${path}`, query);
const part = encodeURIComponent;

export const href = {
  home: (query: { readonly window?: string | undefined } = {}) => to("/", query),
  payloads: (filter: PayloadFilter = {}) => to("/payloads", filter),
  payload: (id: string, tab?: string) => to("/payload", { id, tab }),
  execution: (
    workflow: string,
    name: string,
    query: { readonly tab?: string | undefined; readonly step?: string | undefined } = {},
  ) => to(`/execution/${part(workflow)}/${part(name)}`, query),
  workflows: () => to("/workflows"),
  workflow: (name: string) => to(`/workflow/${part(name)}`),
  tasks: () => to("/tasks"),
  task: (name: string, query: Readonly<Record<string, QueryValue>> = {}) => to(`/task/${part(name)}`, query),
  deadLetters: (query: { readonly tab?: string | undefined; readonly queue?: string | undefined } = {}) =>
    to("/dead-letters", query),
  bulk: () => to("/bulk"),
  bulkRun: (run: string, query: Readonly<Record<string, QueryValue>> = {}) => to(`/bulk/${part(run)}`, query),
  loops: (codops?: string) => to(codops === undefined ? "/loops" : `/loops/${part(codops)}`),
  loopTask: (task: string, query: Readonly<Record<string, QueryValue>> = {}) => to("/loop-task", { task, ...query }),
  actions: () => to("/actions"),
  action: (id: string) => to(`/action/${part(id)}`),
};
