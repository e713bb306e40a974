/** A folder as `cirrus dashboard` serves it, asked over real HTTP. */
import { request } from "node:http";
import { Readable } from "node:stream";
import { onTestFinished } from "vitest";
import type { Listening } from "../../../src/api/local/listen.ts";
import { serveDashboard } from "../../../src/cli/dashboard/serve.ts";
import { openApiHere } from "../../../src/cli/place/api-local.ts";
import type { Io } from "../../../src/cli/terminal/io.ts";

export interface Served extends Listening {
  /** `http://127.0.0.1:<port>` */
  readonly origin: string;
  readonly token: string;
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<Response>;
  /** With the token of this start. */
  post(path: string, body: unknown): Promise<Response>;
}

export interface Terminal extends Io {
  readonly written: { text: string };
}

/** A terminal that is none. */
export function terminalIn(cwd: string): Terminal {
  const written = { text: "" };
  const output = { write: (text: string) => (written.text += text) };
  const { signal } = new AbortController();
  return { stdin: Readable.from([]), stdout: output, stderr: output, cwd, env: {}, signal, written };
}

/** On any free port, closed when the test ends. */
export async function serveFolder(cwd: string): Promise<Served> {
  const listening = await serveDashboard(() => openApiHere(terminalIn(cwd)), { port: 0 });
  onTestFinished(listening.close);
  return servedAt(listening);
}

export async function servedAt(listening: Listening): Promise<Served> {
  const { origin } = new URL(listening.url);
  const get: Served["get"] = (path, headers = {}) => fetch(`${origin}${path}`, { headers, redirect: "manual" });
  const config = (await (await get("/dashboard/config.json")).json()) as { auth: { token: string } };
  const { token } = config.auth;
  return {
    ...listening,
    origin,
    token,
    get,
    post: (path, body) =>
      fetch(`${origin}${path}`, {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-Cirrus-Token": token },
        body: JSON.stringify(body),
      }),
  };
}

export interface RawAnswer {
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** What a browser may send and `fetch` may not: another name of the host, no name at all. */
export function askRaw(
  { port }: Listening,
  path: string,
  headers: Readonly<Record<string, string>>,
  method = "GET",
): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const asking = request({ host: "127.0.0.1", port, path, method, headers }, (answer) => {
      let body = "";
      answer.setEncoding("utf8").on("data", (text: string) => {
        body += text;
      });
      answer.on("end", () => resolve({ status: answer.statusCode, headers: answer.headers, body }));
    });
    asking.on("error", reject).end();
  });
}
