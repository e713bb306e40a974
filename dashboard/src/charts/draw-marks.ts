/** Draws marks on a canvas: a shape for each, so that nobody needs the colours. */
import { MARKS, type Mark } from "./scatter-points.ts";

const NAMES = [...MARKS, "text", "grid", "band", "median"] as const;
export type Colours = Readonly<Record<(typeof NAMES)[number], string>>;

/** As the theme has them at this moment: a canvas does not follow style sheets by itself. */
export function readColours(root: HTMLElement): Colours {
  const probe = document.createElement("span");
  root.append(probe);
  const read = (name: string) => {
    probe.style.color = `var(--chart-${name.replace(" ", "-")})`;
    return getComputedStyle(probe).color;
  };
  // The keys are all the names.
  const colours = Object.fromEntries(NAMES.map((name) => [name, read(name)])) as Colours;
  probe.remove();
  return colours;
}

/** `size`: half of its width, in the canvas' own pixels. */
export function drawMark(ctx: CanvasRenderingContext2D, mark: Mark, x: number, y: number, size: number): void {
  ctx.beginPath();
  switch (mark) {
    case "succeeded":
      ctx.arc(x, y, size * 0.9, 0, 2 * Math.PI);
      ctx.fill();
      return;
    case "failed":
      ctx.moveTo(x - size, y - size);
      ctx.lineTo(x + size, y + size);
      ctx.moveTo(x + size, y - size);
      ctx.lineTo(x - size, y + size);
      ctx.stroke();
      return;
    case "timed out":
      ctx.moveTo(x, y - size * 1.2);
      ctx.lineTo(x + size * 1.1, y + size * 0.8);
      ctx.lineTo(x - size * 1.1, y + size * 0.8);
      ctx.closePath();
      ctx.fill();
      return;
    case "stopped":
      ctx.rect(x - size * 0.85, y - size * 0.85, size * 1.7, size * 1.7);
      ctx.fill();
      return;
    case "running":
      ctx.arc(x, y, size * 0.9, 0, 2 * Math.PI);
      ctx.stroke();
  }
}
