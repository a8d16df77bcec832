/** A place in the window at which a menu opens. */
export interface VirtualElement {
  getBoundingClientRect(): DOMRect;
}

export function placeAt(x: number, y: number): VirtualElement {
  return { getBoundingClientRect: () => new DOMRect(x, y, 0, 0) };
}
