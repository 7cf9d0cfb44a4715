import { BoundedCache } from "../base/bounded-cache.ts";
import { preparedAtOnce } from "../template/index.ts";

/**
 * Keeps what takes long to make, such as formatters, by text: at least as many values as a render may have prepared at once, so
 * that what it has paid for is still there. Twice as many, because one value may need another.
 */
export class Kept<T> extends BoundedCache<string, T> {
  constructor() {
    super(2 * preparedAtOnce);
  }
}
