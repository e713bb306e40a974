/** Browsers draw nothing higher than some 17 million pixels: above that a scroll bar's pixel stands for more than one of the list. */

/** Firefox ends at 17,895,697, Chromium at 33,554,428. */
export const MOST_PIXELS = 15_000_000;

export interface ScrollScale {
  /** Of the element that gives the scroll bar its length. */
  readonly height: number;
  /** Where the list is when the scroll bar is there, and the other way round. */
  toOffset(scrollTop: number): number;
  toScrollTop(offset: number): number;
}

export function scrollScale(listHeight: number, screenHeight: number, most = MOST_PIXELS): ScrollScale {
  const height = Math.min(Math.max(listHeight, screenHeight), most);
  const barRange = height - screenHeight;
  const listRange = Math.max(0, listHeight - screenHeight);
  const ratio = barRange > 0 ? listRange / barRange : 1;
  return {
    height,
    toOffset: (scrollTop) => Math.min(listRange, Math.max(0, scrollTop * ratio)),
    toScrollTop: (offset) => Math.min(barRange, Math.max(0, ratio > 0 ? offset / ratio : 0)),
  };
}
