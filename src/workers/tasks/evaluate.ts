import { answerRequest, type EvaluationRequest, type Outcome } from "../../triggers/fire/evaluation.ts";
import type { Portable } from "../portable.ts";
import { fromPortable } from "./options.ts";

export interface EvaluateInput {
  readonly request: EvaluationRequest;
  readonly options: Portable;
}

/** Evaluates what a definition says for a profile or payload. Never throws. */
export function evaluate({ request, options }: EvaluateInput): Outcome {
  return answerRequest(request, fromPortable(options));
}
