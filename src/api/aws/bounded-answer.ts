/**
 * Lambda's own limit of an answer. What is above it API Gateway would answer with an error that says nothing; and it counts
 * the answer as the JSON that Lambda hands over, in which bytes are base64 and every quote of a document has its backslash.
 */
import { shellWord } from "../../shell-word.ts";
import { problemResponse } from "../answers.ts";
import type { Problem } from "../shapes/problem.ts";

const MOST_BYTES = 6 * 1024 * 1024;
/** A character is at most so many bytes of that JSON. */
const MOST_A_CHARACTER = 6;

/** What the adapter of Lambda answers with. */
export interface LambdaAnswer {
  readonly statusCode: number;
  readonly body: string;
}

export interface Asked {
  /** `/v1/payload/input` */
  readonly path: string;
  readonly query: URLSearchParams;
}

/** `flags`: what leads a command of the command line here. */
export async function boundedAnswer<Answer extends LambdaAnswer>(answer: Answer, asked: Asked, flags: string) {
  const { length } = answer.body;
  if (length * MOST_A_CHARACTER < MOST_BYTES || Buffer.byteLength(JSON.stringify(answer)) <= MOST_BYTES) return answer;
  const response = problemResponse({
    type: "too-large",
    title: "That is too large",
    status: 413,
    detail: `The answer has ${(length / 1e6).toFixed(1)} MB, and AWS takes 6 MB of a Lambda, what it is wrapped in included.`,
    hint: wayOn(asked, flags),
  } satisfies Problem);
  return {
    ...answer,
    statusCode: response.status,
    headers: Object.fromEntries(response.headers),
    body: await response.text(),
    isBase64Encoded: false,
  };
}

/** A command that reads the same with no such limit. */
function wayOn({ path, query }: Asked, flags: string): string {
  const id = shellWord(query.get("id") ?? "");
  const [, workflow = "", name = ""] = /^\/v1\/executions\/([^/]+)\/([^/]+)/.exec(path) ?? [];
  switch (true) {
    case path === "/v1/object":
      return `Copy it: aws s3 cp ${shellWord(query.get("url") ?? "")} .`;
    case path === "/v1/payload/output":
      return `Read it with the command line: npx cirrus payload get ${id} --output${flags}`;
    case /^\/v1\/payload(?:\/|$)/.test(path):
      return `Read it with the command line: npx cirrus payload get ${id}${flags}`;
    case path.endsWith("/io"):
      return `Read it with the command line: npx cirrus execution output ${name} --workflow ${workflow}${flags}`;
    default:
      return "Ask for fewer at a time: limit=100.";
  }
}
