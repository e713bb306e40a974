/** `cirrus logs`: the short form of `cirrus execution logs`. */
export { registerLogs as register } from "../execution/logs-command.ts";
