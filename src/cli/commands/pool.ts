/** `cirrus pool`: the machines that bulk runs are given. */
import { registerResume, registerStop } from "../bulk/change-commands.ts";
import { registerRun } from "../bulk/run-command.ts";
import type { Register } from "../commands.ts";
import { addPlan } from "../pool/plan-command.ts";
import { addStatus } from "../pool/status-command.ts";

export const register: Register = (command, io, exit) => {
  command.description("Plan the machines that a bulk run is given, start them, and see, stop and resume those it has.");
  addPlan(command, io);
  // The same as `bulk run`, on machines unless Lambdas are asked for.
  const run = command.command("run");
  registerRun(run, io, exit);
  run.description(
    "Run a task over every entry of a task file on a pool of a deployed stage, as `bulk run --pool` does.",
  );
  run.setOptionValueWithSource("pool", "batch", "default");
  addStatus(command, io);
  // A run that takes no more entries has no workers either: its pool is taken away, and made again when it is resumed.
  registerStop(command.command("stop"), io, exit);
  registerResume(command.command("resume"), io, exit);
};
