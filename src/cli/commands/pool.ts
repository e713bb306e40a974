/** `cirrus pool`: the machines that bulk runs are given. */
import { registerResume, registerStop } from "../bulk/change-commands.ts";
import type { Register } from "../commands.ts";
import { addPlan } from "../pool/plan-command.ts";
import { addStatus } from "../pool/status-command.ts";

export const register: Register = (command, io, exit) => {
  command.description("Plan the machines that a bulk run is given, and see, stop and resume those it has.");
  addPlan(command, io);
  addStatus(command, io);
  // A run that takes no more entries has no workers either: its pool is taken away, and made again when it is resumed.
  registerStop(command.command("stop"), io, exit);
  registerResume(command.command("resume"), io, exit);
};
