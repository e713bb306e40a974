/** `cirrus create`: the folder of a new task, feeder, workflow or function. */
import type { Register } from "../commands.ts";

export const register: Register = (command) => {
  command.description("Add a task, a feeder, a workflow or a function.");
};
