/** Who drives a loop, as people would say it: a process of this machine or of another one that shares the folder. */
import { hostname } from "node:os";
import { parseHolder } from "../../embedded/loops/holder.ts";

/** `process 4711`, `process 4711 on laptop` */
export function holderText(holder: string): string {
  const process = parseHolder(holder);
  if (process === undefined) return holder;
  return `process ${process.pid}${process.host === hostname() ? "" : ` on ${process.host}`}`;
}
