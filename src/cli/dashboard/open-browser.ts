/** Opens a page in the browser of whoever sits at the terminal; a program that calls the command wants none. */
import { spawn } from "node:child_process";
import { type Io, isLive } from "../terminal/io.ts";

/** Where there is no browser, or no screen, nothing happens: the address stands in the terminal. */
export function openBrowser(io: Io, url: string, platform: NodeJS.Platform = process.platform): void {
  if (!isLive(io) || (platform === "linux" && !io.env.DISPLAY && !io.env.WAYLAND_DISPLAY)) return;
  const [program, ...args] = OPENERS[platform] ?? ["xdg-open"];
  const opener = spawn(program, [...args, url], { stdio: "ignore", detached: true });
  opener.on("error", () => {});
  opener.unref();
}

const OPENERS: Readonly<Partial<Record<NodeJS.Platform, readonly [program: string, ...args: string[]]>>> = {
  darwin: ["open"],
  win32: ["cmd", "/c", "start", ""],
};
