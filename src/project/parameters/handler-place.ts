/** Where the handler of a component lies that parameters are read from, whatever the component runs as. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Component } from "../project.ts";

export interface HandlerPlace {
  /** Absolute. */
  readonly directory: string;
  /** `handler.handler` */
  readonly handler: string;
}

/** Undefined for what has none in JavaScript: a container image, a command. */
export function handlerPlace({ codeDirectory: directory, lambda }: Component): HandlerPlace | undefined {
  if (lambda?.handlerFile !== undefined) return { directory, handler: lambda.handler };
  // A task that runs in Batch alone is started in its folder.
  const beside = [".ts", ".js", ".mjs", ".cjs"].some((ending) => existsSync(join(directory, `handler${ending}`)));
  return beside ? { directory, handler: "handler.handler" } : undefined;
}
