/** `cirrus pool`: the machines that bulk runs are given. */
import type { Register } from "../commands.ts";
import { addPlan } from "../pool/plan-command.ts";

export const register: Register = (command, io) => {
  command.description("Plan the machines that a bulk run is given, and see those it has.");
  addPlan(command, io);
};
