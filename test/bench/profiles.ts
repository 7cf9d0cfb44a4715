/** Profiles as a customer database sends them: no two alike, fields in any order, most of them optional. */
export interface Profile {
  readonly id: number;
  readonly first_name: string;
  readonly plan: string;
  readonly subscribed?: boolean;
  readonly city?: string;
  readonly currency: string;
  readonly total: number;
  readonly items: readonly { readonly name: string; readonly quantity: number; readonly price: number }[];
}

/** Numbers from 0 up to 1, the same ones each time. Mulberry32. */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const names = ["Ada", "Grace", "Zoë", "Łukasz", "Margaret", "Edsger", "Barbara", "Donald", "Mary-Ann", "李"];
const goods = ["Punched cards", "Brass gear, 32 teeth", "Difference engine", "Paper tape", "Vacuum tube"];
const cities = ["London", "Zürich", "Łódź", "New York", "Paris"];
const optional = [
  "last_name",
  "email",
  "phone",
  "locale",
  "referrer",
  "segment",
  "score",
  "notes",
  "last_seen",
  "tags",
];

/** One profile, as JSON. Prices are never integral, or `%.2f` would refuse them. */
export function profileJson(id: number, random: () => number): string {
  const below = (n: number): number => Math.floor(random() * n);
  const pick = (list: readonly string[]): string => list[below(list.length)]!;
  const price = (): number => below(200) + (1 + below(99)) / 100;
  const item = (): [string, unknown][] => [
    ["name", pick(goods)],
    ["quantity", 1 + below(12)],
    ["price", price()],
    ...(random() < 0.3 ? ([["sku", `S${below(1000)}`]] as [string, unknown][]) : []),
  ];
  const fields: [string, unknown][] = [
    ["id", id],
    ["first_name", pick(names)],
    ["plan", pick(["yearly", "monthly", "free"])],
    ["currency", pick(["EUR", "USD", "PLN"])],
    ["total", price()],
    ["items", Array.from({ length: 3 + below(2) }, () => Object.fromEntries(shuffled(item(), random)))],
  ];
  if (random() < 0.7) fields.push(["subscribed", random() < 0.7]);
  if (random() < 0.7) fields.push(["city", pick(cities)]);
  for (const name of optional) if (random() < 0.5) fields.push([name, below(1000)]);
  return JSON.stringify(Object.fromEntries(shuffled(fields, random)));
}

function shuffled<T>(list: T[], random: () => number): T[] {
  for (let i = list.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [list[i], list[j]] = [list[j]!, list[i]!];
  }
  return list;
}

export function profiles(count: number, seed = 1): Profile[] {
  const random = seeded(seed);
  return Array.from({ length: count }, (_, id) => JSON.parse(profileJson(id, random)));
}
