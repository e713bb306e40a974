/** `cirrus dashboard`: serves the page that shows what there is and runs, until Ctrl-C. */
import { EXIT } from "../../errors.ts";
import type { Register } from "../commands.ts";
import { portNote, serveDashboard } from "../dashboard/serve.ts";
import { exitCodeOfSignal } from "../exit-codes.ts";
import { parsePort } from "../options.ts";
import { openApiHere } from "../place/api-local.ts";
import { paint } from "../terminal/io.ts";
import { untilStopped } from "../terminal/until-stopped.ts";

export const register: Register = (command, io, exit) => {
  command
    .description("Serve the dashboard of this project until Ctrl-C. It only looks and sends: `cirrus dev` runs.")
    .option("--port <number>", "port to listen on, instead of 4280 or the next that is free", parsePort)
    .action(async ({ port }: { readonly port?: number }) => {
      const listening = await serveDashboard(() => openApiHere(io), { port });
      try {
        io.stderr.write(
          `${paint(io, io.stderr, "green", "Ready.")} ${listening.url}${portNote(listening, port)}\nCtrl-C stops.\n`,
        );
        await untilStopped(io);
        exit(exitCodeOfSignal(io) ?? EXIT.ok);
      } finally {
        await listening.close();
      }
    });
};
