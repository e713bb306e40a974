/** `cirrus init`: a project that runs at once. */
import type { Register } from "../commands.ts";

export const register: Register = (command) => {
  command.description("Make a project that runs at once.");
};
