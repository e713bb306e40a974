/** This project's own runtime as a place to look and act: its stores, without driving what waits in them. */
import { makeRuntime } from "../../runtime/runtime.ts";
import type { Io } from "../terminal/io.ts";
import type { Backend } from "./backend.ts";
import { findProjectToLook } from "./find-project.ts";
import { dataPath } from "./project.ts";

export function openLocalBackend(io: Io): Backend {
  const project = findProjectToLook(io);
  const runtime = makeRuntime({ project, data: dataPath(project), maxExecutions: 0 });
  return {
    place: "here",
    flags: "",
    runner: "`npx cirrus dev`",
    ports: runtime.ports,
    actions: runtime.actions,
    deadLetters: { process: runtime.intake.deadLetters, "status-change": runtime.statusChanges.deadLetters },
    logs: runtime.executionLogs,
    lookEveryMs: 100,
    logDelayMs: 0,
    workflows: [...project.workflows.keys()],
    outcomes: () => runtime.messages,
    environment: runtime.settings.environment,
    close: runtime.stop,
  };
}
