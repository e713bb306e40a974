/** What part of a drawing is seen: moved and zoomed by buttons, keys, wheel and pointer alike. */

export interface ViewBox {
  readonly x: number;
  readonly y: number;
  /** Pixels of the screen for one of the drawing. */
  readonly scale: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

export const LEAST_SCALE = 0.1;
export const MOST_SCALE = 3;

/** All of the drawing in the middle of the screen, no larger than life. */
export function fitted(drawing: Size, screen: Size, margin = 12): ViewBox {
  const room = { width: Math.max(1, screen.width - 2 * margin), height: Math.max(1, screen.height - 2 * margin) };
  const scale = limit(Math.min(room.width / Math.max(1, drawing.width), room.height / Math.max(1, drawing.height), 1));
  return {
    scale,
    x: drawing.width / 2 - screen.width / 2 / scale,
    y: drawing.height / 2 - screen.height / 2 / scale,
  };
}

/** Words smaller than this nobody reads. */
const READABLE = 0.6;

/** How a drawing is first shown: whole where it can be read so, else its beginning. */
export function opening(drawing: Size, screen: Size): ViewBox {
  const whole = fitted(drawing, screen);
  if (whole.scale >= READABLE) return whole;
  return { scale: READABLE, x: drawing.width / 2 - screen.width / 2 / READABLE, y: 0 };
}

/** Zooms so that the point of the drawing that is at `at` on the screen stays there. */
export function zoom(view: ViewBox, factor: number, at: { readonly x: number; readonly y: number }): ViewBox {
  const scale = limit(view.scale * factor);
  return { scale, x: view.x + at.x / view.scale - at.x / scale, y: view.y + at.y / view.scale - at.y / scale };
}

/** By pixels of the screen. */
export function pan(view: ViewBox, dx: number, dy: number): ViewBox {
  return { ...view, x: view.x - dx / view.scale, y: view.y - dy / view.scale };
}

/** Moves just so far that a box is seen: a node that came by the keyboard. */
export function reveal(
  view: ViewBox,
  screen: Size,
  box: Size & { readonly x: number; readonly y: number },
  margin = 16,
): ViewBox {
  const shift = (start: number, length: number, from: number, room: number): number => {
    const edge = margin / view.scale;
    if (start < from + edge) return start - edge;
    // What is larger than the screen shows its beginning.
    if (start + length > from + room - edge) return Math.min(start - edge, start + length + edge - room);
    return from;
  };
  return {
    ...view,
    x: shift(box.x, box.width, view.x, screen.width / view.scale),
    y: shift(box.y, box.height, view.y, screen.height / view.scale),
  };
}

function limit(scale: number): number {
  return Math.min(MOST_SCALE, Math.max(LEAST_SCALE, scale));
}
