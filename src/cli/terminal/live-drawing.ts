/** A text that is drawn anew in place on a terminal, below what others print meanwhile. */
import { createLogUpdate } from "log-update";
import type { Io } from "./io.ts";
import { openRegion } from "./live-region.ts";

export interface LiveDrawing {
  draw(text: string): void;
  /** Takes the text away. */
  end(): void;
}

export function openLiveDrawing({ stderr }: Pick<Io, "stderr">): LiveDrawing {
  // log-update needs a real stream; on a terminal standard error is one.
  const update = createLogUpdate(stderr as unknown as NodeJS.WritableStream);
  let drawn = "";
  const closeRegion = openRegion(stderr, (text) => {
    update.clear();
    stderr.write(text);
    update(drawn);
  });
  return {
    draw(text) {
      drawn = text;
      update(text);
    },
    end() {
      closeRegion();
      update.clear();
    },
  };
}
