/** A number of slots; some work takes several. Those who wait are served in order. */
export class Slots {
  readonly #size: number;
  #free: number;
  readonly #waiting: { readonly count: number; readonly go: () => void }[] = [];

  constructor(size: number) {
    this.#size = size;
    this.#free = size;
  }

  async take(count: number): Promise<void> {
    const wanted = Math.min(count, this.#size);
    if (this.#waiting.length === 0 && wanted <= this.#free) this.#free -= wanted;
    else await new Promise<void>((go) => this.#waiting.push({ count: wanted, go }));
  }

  give(count: number): void {
    this.#free += Math.min(count, this.#size);
    for (let next = this.#waiting[0]; next && next.count <= this.#free; next = this.#waiting[0]) {
      this.#waiting.shift();
      this.#free -= next.count;
      next.go();
    }
  }
}
