/** The errors that a task ends with: those that its code raises, and those of the SDK's functions that it calls. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Component } from "../../project/project.ts";
import { markdownTable } from "./sections.ts";

interface ErrorMeaning {
  readonly when: string;
  readonly outcome: string;
  /** What in the code leads to it, besides its name. */
  readonly raisedBy?: RegExp;
}

const FAILS = "The payload ends FAILED; the same attempt would end the same way.";
const MORE_ROOM = "The payload ends FAILED; with more room the same may succeed.";
const AGAIN = "It is tried again, as the workflow says.";
const READS = /\bassets\.(?:download|copy|fetch)\b/;

const ERRORS: Readonly<Record<string, ErrorMeaning>> = {
  InvalidInput: {
    when: "The payload, or what it says to the task, cannot be used.",
    outcome: "The payload ends INVALID, and is never tried again.",
  },
  AssetUnavailable: { when: "An asset is not there, or may not be read.", outcome: FAILS, raisedBy: READS },
  AssetUnreadable: { when: "The bytes of an asset are not what they should be.", outcome: FAILS, raisedBy: READS },
  InvalidOutput: { when: "The task gave back what no workflow can go on with.", outcome: FAILS },
  InvalidItem: {
    when: "An item that the task gave back breaks the rules of STAC, or of an extension.",
    outcome: FAILS,
  },
  WorkdirFull: { when: "The disk, or what a task may use of it, is full.", outcome: MORE_ROOM, raisedBy: READS },
  SecretUnavailable: {
    when: "A secret is not there, may not be read, or holds no text.",
    outcome: FAILS,
    raisedBy: /\bsecret\(/,
  },
  AnnouncementRefused: { when: "A topic does not take an item.", outcome: FAILS, raisedBy: /\bannounce\(/ },
  TransientError: {
    when: "Something that was called did not answer, or too slowly.",
    outcome: AGAIN,
    raisedBy: /\bassets\.|\bfetch\(/,
  },
  TaskStopped: { when: "The time was nearly over, or the job was told to end.", outcome: AGAIN },
};

/** Whatever a task does, its parameters may be wrong, its items invalid and its time over. */
const ALWAYS: ReadonlySet<string> = new Set(["InvalidInput", "InvalidItem", "TaskStopped"]);

export function errorsTable({ codeDirectory }: Component): string {
  const code = codeOf(codeDirectory);
  const raised = Object.entries(ERRORS).filter(
    ([name, { raisedBy }]) => ALWAYS.has(name) || new RegExp(`\\b${name}\\b`).test(code) || raisedBy?.test(code),
  );
  return markdownTable(
    ["error", "when", "what then"],
    raised.map(([name, { when, outcome }]) => [`\`${name}\``, when, outcome]),
  );
}

/** All of the folder's modules but its tests. */
function codeOf(directory: string): string {
  const modules = readdirSync(directory).filter((file) => /\.[cm]?[jt]s$/.test(file) && !file.includes(".test."));
  return modules.map((file) => readFileSync(join(directory, file), "utf8")).join("\n");
}
