/** The visible table of commands: one file each in `commands/`, loaded when it is called and not before. */
import type { Command } from "commander";
import type { ExitCode } from "../errors.ts";
import type { Io } from "./terminal/io.ts";

/** Gives a command its arguments, options and action; the action says how it ended with `exit`, or throws. */
export type Register = (command: Command, io: Io, exit: (code: ExitCode) => void) => void;

/** The panels of `cirrus --help`, in this order. */
export const GROUPS = ["Start", "Author", "Operate", "Deploy"] as const;

export interface CommandEntry {
  readonly name: string;
  readonly group: (typeof GROUPS)[number];
  readonly summary: string;
  readonly load: () => Promise<{ readonly register: Register }>;
}

export const COMMANDS: readonly CommandEntry[] = [
  {
    name: "init",
    group: "Start",
    summary: "make a project that runs at once",
    load: () => import("./commands/init.ts"),
  },
  {
    name: "examples",
    group: "Start",
    summary: "run the payloads in examples/ and check what they come to",
    load: () => import("./commands/examples.ts"),
  },
  {
    name: "run",
    group: "Start",
    summary: "run payloads through a workflow",
    load: () => import("./commands/run.ts"),
  },
  {
    name: "dev",
    group: "Start",
    summary: "keep the project running, and take payloads from `cirrus publish`",
    load: () => import("./commands/dev.ts"),
  },
  {
    name: "create",
    group: "Author",
    summary: "add a task, a feeder, a workflow or a function",
    load: () => import("./commands/create.ts"),
  },
  {
    name: "show",
    group: "Author",
    summary: "see what the project has: tasks, workflows, resources …",
    load: () => import("./commands/show.ts"),
  },
  {
    name: "readme",
    group: "Author",
    summary: "keep the generated parts of READMEs true",
    load: () => import("./commands/readme.ts"),
  },
  {
    name: "check",
    group: "Author",
    summary: "find everything that is wrong with the project",
    load: () => import("./commands/check.ts"),
  },
  {
    name: "task",
    group: "Author",
    summary: "run one task alone",
    load: () => import("./commands/task.ts"),
  },
  {
    name: "feeder",
    group: "Author",
    summary: "run one feeder, and send what it finds",
    load: () => import("./commands/feeder.ts"),
  },
  {
    name: "feed",
    group: "Author",
    summary: "print what a feeder finds, one payload a line",
    load: () => import("./commands/feed.ts"),
  },
  {
    name: "dashboard",
    group: "Operate",
    summary: "see everything in a browser, and act on it",
    load: () => import("./commands/dashboard.ts"),
  },
  {
    name: "publish",
    group: "Operate",
    summary: "send payloads to the running project",
    load: () => import("./commands/publish.ts"),
  },
  {
    name: "payload",
    group: "Operate",
    summary: "send payloads, see them and run them again",
    load: () => import("./commands/payload.ts"),
  },
  {
    name: "state",
    group: "Operate",
    summary: "see payloads, their states and their history",
    load: () => import("./commands/state.ts"),
  },
  {
    name: "execution",
    group: "Operate",
    summary: "see what happened in an execution, stop or redrive it",
    load: () => import("./commands/execution.ts"),
  },
  {
    name: "logs",
    group: "Operate",
    summary: "read what the tasks of an execution wrote",
    load: () => import("./commands/logs.ts"),
  },
  {
    name: "dlq",
    group: "Operate",
    summary: "see messages that were rejected or given up, and send them again",
    load: () => import("./commands/dlq.ts"),
  },
  {
    name: "action",
    group: "Operate",
    summary: "see what operators did through the API, and how far it is",
    load: () => import("./commands/action.ts"),
  },
  {
    name: "completion",
    group: "Start",
    summary: "let your shell complete commands and names",
    load: () => import("./commands/completion.ts"),
  },
  {
    name: "deployment",
    group: "Operate",
    summary: "name deployed stages, and run commands in their environment",
    load: () => import("./commands/deployment.ts"),
  },
  {
    name: "batch",
    group: "Operate",
    summary: "see and finish changes of what Batch jobs run in",
    load: () => import("./commands/batch.ts"),
  },
  {
    name: "bulk",
    group: "Operate",
    summary: "run a task over a file of inputs, and see how it goes",
    load: () => import("./commands/bulk.ts"),
  },
  {
    name: "pool",
    group: "Operate",
    summary: "plan and start the machines of a bulk run, and see those it has",
    load: () => import("./commands/pool.ts"),
  },
  {
    name: "loop",
    group: "Operate",
    summary: "run what repositories register again and again, and see it",
    load: () => import("./commands/loop.ts"),
  },
  {
    name: "catalog",
    group: "Operate",
    summary: "see instance types and their prices, regions and images",
    load: () => import("./commands/catalog.ts"),
  },
  {
    name: "build",
    group: "Deploy",
    summary: "package what would be deployed, into .serverless/",
    load: () => import("./commands/build.ts"),
  },
  {
    name: "clean",
    group: "Deploy",
    summary: "remove what build made",
    load: () => import("./commands/clean.ts"),
  },
  {
    name: "diff",
    group: "Deploy",
    summary: "compare the project with what is deployed",
    load: () => import("./commands/diff.ts"),
  },
  {
    name: "deploy",
    group: "Deploy",
    summary: "deploy the project to AWS",
    load: () => import("./commands/deploy.ts"),
  },
  {
    name: "remove",
    group: "Deploy",
    summary: "remove a deployed stage",
    load: () => import("./commands/remove.ts"),
  },
];
