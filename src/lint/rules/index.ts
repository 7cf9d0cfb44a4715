/** All rules, in the order of the reference. */
import type { Rule } from "../rule.ts";
import { argumentCount } from "./argument-count.ts";
import { argumentType } from "./argument-type.ts";
import { comparison } from "./comparison.ts";
import { forgottenDot } from "./forgotten-dot.ts";
import { missingValue } from "./missing-value.ts";
import { noFields } from "./no-fields.ts";
import { notAComment } from "./not-a-comment.ts";
import { operator } from "./operator.ts";
import { strayEnd } from "./stray-end.ts";
import { syntax } from "./syntax.ts";
import { typographicQuotes } from "./typographic-quotes.ts";
import { unclosedBlock } from "./unclosed-block.ts";
import { undefinedVariable } from "./undefined-variable.ts";
import { unknownField } from "./unknown-field.ts";
import { unknownFunction } from "./unknown-function.ts";
import { wrongDot } from "./wrong-dot.ts";

export const rules: readonly Rule[] = [
  ...[syntax, typographicQuotes, forgottenDot, unknownFunction, undefinedVariable, operator, notAComment],
  ...[unclosedBlock, strayEnd, unknownField, wrongDot, noFields, missingValue, argumentCount, argumentType, comparison],
];
