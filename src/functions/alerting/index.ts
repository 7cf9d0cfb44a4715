/**
 * What alerts need and Go and Sprig lack, on `Intl` alone: small, since an alert rendered in a browser brings all of it.
 * Where a language, a time zone or digits matter, they may stand before the value; else they are the options of the render.
 */
import type { FunctionSet } from "../../template/index.ts";
import { defaultFunction } from "../default.ts";
import { abort } from "./abort.ts";
import { formatDate, formatDateTime, formatRelative, formatTime } from "./date.ts";
import { formatDuration, humanizeDuration } from "./duration.ts";
import { formatList } from "./list.ts";
import { formatCurrency, formatNumber, formatPercent, humanizeBytes, humanizeCount, ordinal } from "./number.ts";
import { plural, pluralForms } from "./plural.ts";
import { mask, redact } from "./redact.ts";
import { require } from "./require.ts";
import { truncate, truncateBytes } from "./truncate.ts";

export const alerting = {
  default: defaultFunction,
  abort,
  require,
  truncate,
  truncateBytes,
  plural,
  pluralForms,
  ordinal,
  formatNumber,
  formatPercent,
  formatCurrency,
  formatDate,
  formatTime,
  formatDateTime,
  formatRelative,
  formatDuration,
  formatList,
  humanizeBytes,
  humanizeCount,
  humanizeDuration,
  redact,
  mask,
} satisfies FunctionSet;
