/** Where each view is loaded from, when it is first shown. */
import type { ComponentType } from "preact";
import type { ViewName, ViewProps } from "./routes.ts";

type Load = () => Promise<{ readonly default: ComponentType<ViewProps> }>;

export const VIEWS: Readonly<Record<ViewName, Load>> = {
  home: () => import("./views/home/home.tsx"),
  payloads: () => import("./views/payloads/payloads.tsx"),
  payload: () => import("./views/payload/payload.tsx"),
  execution: () => import("./views/execution/execution.tsx"),
  workflows: () => import("./views/workflows/workflows.tsx"),
  workflow: () => import("./views/workflow/workflow.tsx"),
  tasks: () => import("./views/tasks/tasks.tsx"),
  task: () => import("./views/task/task.tsx"),
  "dead-letters": () => import("./views/dead-letters/dead-letters.tsx"),
  bulk: () => import("./views/bulk/bulk.tsx"),
  "bulk-run": () => import("./views/bulk-run/bulk-run.tsx"),
  loops: () => import("./views/loops/loops.tsx"),
  "loop-task": () => import("./views/loop-task/loop-task.tsx"),
  actions: () => import("./views/actions/actions.tsx"),
  action: () => import("./views/action/action.tsx"),
  unknown: () => import("./views/unknown/unknown.tsx"),
};
