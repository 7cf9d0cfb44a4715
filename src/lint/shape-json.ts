import { createShape, type Kind, type Shape } from "./shape.ts";

/** Holds a {@link Shape} as JSON: a list, because the shapes of a schema may refer to themselves. The first is the shape itself. */
export interface ShapeJson {
  readonly shapes: readonly ShapeEntry[];
}

/** Holds one shape. Numbers in `fields`, `others` and `items` are positions in the list; what is left out is empty, 0 or false. */
interface ShapeEntry {
  readonly from: Shape["from"];
  readonly seen: number;
  readonly kinds: Readonly<Partial<Record<Kind, number>>>;
  readonly empty?: number;
  readonly falsy?: number;
  /** Pairs, because a field may have any name: `__proto__`, too. */
  readonly fields?: readonly (readonly [name: string, shape: number])[];
  readonly open?: boolean;
  readonly others?: number;
  readonly items?: number;
  readonly required?: readonly string[];
  /** Left out where no list was seen. */
  readonly shortest?: number;
  readonly multiline?: boolean;
  readonly largestFloat?: number;
  readonly largestInt?: number;
}

/** Turns a shape into JSON, to be kept, or sent to an editor in a browser. */
export function shapeToJson(shape: Shape): ShapeJson {
  const order = new Map<Shape, number>();
  const indexOf = (one: Shape): number => {
    const known = order.get(one) ?? order.size;
    order.set(one, known);
    return known;
  };
  indexOf(shape);
  const shapes: ShapeEntry[] = [];
  // A map is iterated in the order of its entries, those that are added meanwhile included.
  for (const [one] of order) shapes.push(entryOf(one, indexOf));
  return { shapes };
}

function entryOf(shape: Shape, indexOf: (shape: Shape) => number): ShapeEntry {
  const { from, seen, kinds, empty, falsy, fields, open, others, items, required, shortest } = shape;
  const { multiline, largestFloat, largestInt } = shape;
  return {
    from,
    seen,
    kinds: Object.fromEntries(kinds),
    ...(empty > 0 && { empty }),
    ...(falsy > 0 && { falsy }),
    ...(fields.size > 0 && { fields: [...fields].map(([name, field]) => [name, indexOf(field)] as const) }),
    ...(open && { open }),
    ...(others && { others: indexOf(others) }),
    ...(items && { items: indexOf(items) }),
    ...(required.size > 0 && { required: [...required] }),
    ...(Number.isFinite(shortest) && { shortest }),
    ...(multiline && { multiline }),
    ...(largestFloat > 0 && { largestFloat }),
    ...(largestInt > 0 && { largestInt }),
  };
}

/** Turns the JSON of {@link shapeToJson} back into a shape. @throws TypeError for a position that is not in the list */
export function shapeFromJson({ shapes: entries }: ShapeJson): Shape {
  const shapes = entries.map(({ from }) => createShape(from));
  const at = (position: number): Shape => {
    const shape = shapes[position];
    if (shape === undefined) throw new TypeError(`not the JSON of a shape: there is no shape ${position}`);
    return shape;
  };
  const root = at(0);
  for (const [i, { kinds, fields = [], others, items, required = [], ...rest }] of entries.entries()) {
    const shape = at(i);
    Object.assign(shape, rest);
    for (const [kind, times] of Object.entries(kinds)) shape.kinds.set(kind as Kind, times);
    for (const [name, position] of fields) shape.fields.set(name, at(position));
    for (const name of required) shape.required.add(name);
    if (others !== undefined) shape.others = at(others);
    if (items !== undefined) shape.items = at(items);
  }
  return root;
}
