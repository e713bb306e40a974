/** `cirrus loop`: tasks that repositories register, run again and again, one by one for each organisation. */
import type { Register } from "../commands.ts";
import { registerCheck } from "../loop/check-command.ts";
import { registerCancel, registerPause, registerResume, registerRunNow } from "../loop/control-commands.ts";
import { registerList } from "../loop/list-command.ts";
import { registerLogs } from "../loop/logs-command.ts";
import { registerNotebook } from "../loop/notebook-command.ts";
import { registerPin, registerUnpin } from "../loop/pin-commands.ts";
import { registerRun } from "../loop/run-command.ts";
import { registerShow } from "../loop/show-command.ts";

const SUBCOMMANDS: Readonly<Record<string, Register>> = {
  run: registerRun,
  check: registerCheck,
  list: registerList,
  show: registerShow,
  logs: registerLogs,
  notebook: registerNotebook,
  pause: registerPause,
  resume: registerResume,
  "run-now": registerRunNow,
  cancel: registerCancel,
  pin: registerPin,
  unpin: registerUnpin,
};

export const register: Register = (command, io, exit) => {
  command
    .description("Run what repositories register in peach.yaml again and again, and see how it goes.")
    .addHelpText("after", EXAMPLES);
  for (const [name, registerOne] of Object.entries(SUBCOMMANDS)) registerOne(command.command(name), io, exit);
};

const EXAMPLES = `
Examples:
  cirrus loop check                     before you merge: what is wrong?
  cirrus loop run                       run every loop until Ctrl-C
  cirrus loop run --worktree --once     try what is not committed yet
  cirrus loop list
  cirrus loop show zzebu/train_model    executions, and a graph
  cirrus loop logs zzebu/train_model --follow
  cirrus loop pause zzebu/train_model --note "waits for new data"`;
