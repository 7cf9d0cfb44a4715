import { BoundedCache } from "../base/bounded-cache.ts";
import { maxPrepared } from "../template/index.ts";

/**
 * Caches objects that are slow to make, such as formatters, by text: at least as many as a render may have prepared at once, so
 * that an object that the render has paid for is still there. Twice as many, because one object may need another.
 */
export class RenderCache<T> extends BoundedCache<string, T> {
  constructor() {
    super(2 * maxPrepared);
  }
}
