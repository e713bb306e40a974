/** Structured logging: one line, a message and fields. IDs, never bodies: a payload or a secret has no place in a log. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} };

export type LogLevel = "debug" | "info" | "warn" | "error";

/** Writes JSON lines of `level` and above. */
export function makeJsonLog(write: (line: string) => void, now: () => number, level: LogLevel = "info"): Log {
  const order: readonly LogLevel[] = ["debug", "info", "warn", "error"];
  const at =
    (lineLevel: LogLevel) =>
    (message: string, fields: LogFields = {}): void => {
      if (order.indexOf(lineLevel) < order.indexOf(level)) return;
      write(JSON.stringify({ time: new Date(now()).toISOString(), level: lineLevel, message, ...fields }));
    };
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}

/** Adds fields to every line; a line's own come before them. */
export function withFields({ debug, info, warn, error }: Log, common: LogFields): Log {
  const add =
    (write: Log["info"]) =>
    (message: string, fields: LogFields = {}): void =>
      write(message, { ...common, ...fields });
  return { debug: add(debug), info: add(info), warn: add(warn), error: add(error) };
}
