/** Lists all rules. In: nothing. Out: the rules, in the order of the reference. */
import type { Rule } from "../rule.ts";
import { argumentCount } from "./argument-count.ts";
import { argumentType } from "./argument-type.ts";
import { blankLine } from "./blank-line.ts";
import { comparison } from "./comparison.ts";
import { constantCondition } from "./constant-condition.ts";
import { dateLayout } from "./date-layout.ts";
import { defaultSwallows } from "./default-swallows.ts";
import { escapeInText } from "./escape-in-text.ts";
import { forgottenDot } from "./forgotten-dot.ts";
import { htmlContext } from "./html-context.ts";
import { largeFloat } from "./large-float.ts";
import { missingValue } from "./missing-value.ts";
import { newlineInTitle } from "./newline-in-title.ts";
import { noFields } from "./no-fields.ts";
import { notAComment } from "./not-a-comment.ts";
import { notAValue } from "./not-a-value.ts";
import { operator } from "./operator.ts";
import { printfVerb } from "./printf-verb.ts";
import { printsStructure } from "./prints-structure.ts";
import { rangeOver } from "./range-over.ts";
import { recursion } from "./recursion.ts";
import { regexp } from "./regexp.ts";
import { secret } from "./secret.ts";
import { shadowedVariable } from "./shadowed-variable.ts";
import { strayEnd } from "./stray-end.ts";
import { syntax } from "./syntax.ts";
import { tooLong } from "./too-long.ts";
import { tooManyFindings } from "./too-many-findings.ts";
import { typographicQuotes } from "./typographic-quotes.ts";
import { uncheckedAttribute } from "./unchecked-attribute.ts";
import { unclosedBlock } from "./unclosed-block.ts";
import { undefinedTemplate } from "./undefined-template.ts";
import { undefinedVariable } from "./undefined-variable.ts";
import { unknownField } from "./unknown-field.ts";
import { unknownFunction } from "./unknown-function.ts";
import { unknownRule } from "./unknown-rule.ts";
import { unquotedAttribute } from "./unquoted-attribute.ts";
import { unusedTemplate } from "./unused-template.ts";
import { unusedVariable } from "./unused-variable.ts";
import { wrongDot } from "./wrong-dot.ts";

export const rules: readonly Rule[] = [
  syntax,
  typographicQuotes,
  forgottenDot,
  unknownFunction,
  undefinedVariable,
  operator,
  notAComment,
  unclosedBlock,
  strayEnd,
  unknownField,
  wrongDot,
  noFields,
  missingValue,
  notAValue,
  argumentCount,
  argumentType,
  comparison,
  rangeOver,
  printfVerb,
  regexp,
  dateLayout,
  defaultSwallows,
  undefinedTemplate,
  unusedTemplate,
  recursion,
  unusedVariable,
  shadowedVariable,
  constantCondition,
  printsStructure,
  largeFloat,
  blankLine,
  newlineInTitle,
  tooLong,
  unquotedAttribute,
  uncheckedAttribute,
  htmlContext,
  escapeInText,
  secret,
  unknownRule,
  tooManyFindings,
];
