/** `cirrus dashboard`: serves the page that shows what there is and runs, until Ctrl-C. */
import { EXIT } from "../../errors.ts";
import type { Register } from "../commands.ts";
import { openBrowser } from "../dashboard/open-browser.ts";
import { portNote, serveDashboard } from "../dashboard/serve.ts";
import { exitCodeOfSignal } from "../exit-codes.ts";
import { parsePort } from "../options.ts";
import type { ApiPlace } from "../place/api-place.ts";
import { addPlaceOptions, type PlaceOptions, resolvePlace } from "../place/backend.ts";
import { type Io, paint } from "../terminal/io.ts";
import { untilStopped } from "../terminal/until-stopped.ts";

interface DashboardOptions extends PlaceOptions {
  readonly port?: number;
  readonly open: boolean;
}

export const register: Register = (command, io, exit) => {
  addPlaceOptions(command)
    .description(
      "Serve the dashboard to this machine until Ctrl-C: of this project, whose payloads `cirrus dev` runs, or of a deployed stage.",
    )
    .option("--port <number>", "port to listen on, instead of 4280 or the next that is free", parsePort)
    .option("--no-open", "do not open a browser")
    .action(async ({ port, open, ...options }: DashboardOptions) => {
      const listening = await serveDashboard(() => openApi(io, options), { port });
      try {
        const ready = paint(io, io.stderr, "green", "Ready.");
        io.stderr.write(`${ready} ${listening.url}${portNote(listening, port)}\nCtrl-C stops.\n`);
        if (open) openBrowser(io, listening.url);
        await untilStopped(io);
        exit(exitCodeOfSignal(io) ?? EXIT.ok);
      } finally {
        await listening.close();
      }
    });
};

async function openApi(io: Io, options: PlaceOptions): Promise<ApiPlace> {
  const place = resolvePlace(io, options);
  if (place.stage === undefined && place.stack === undefined) {
    return (await import("../place/api-local.ts")).openApiHere(io);
  }
  return (await import("../place/api-deployed.ts")).openApiDeployed(io, place);
}
