import { answerRequest, type EvaluationRequest, type Outcome } from "../../triggers/fire/evaluation.ts";
import type { PortableOptions } from "../portable-options.ts";
import { fromPortable } from "./from-portable.ts";

export interface EvaluateInput {
  readonly request: EvaluationRequest;
  readonly options: PortableOptions;
}

/** Evaluates what a definition says for a profile or payload. Never throws. */
export function evaluate({ request, options }: EvaluateInput): Outcome {
  return answerRequest(request, fromPortable(options));
}
