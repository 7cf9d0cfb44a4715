import { quote, type TemplateCall } from "../../../grammar/index.ts";
import type { Severity } from "../finding.ts";
import type { Report, Rule, Scope } from "../rule.ts";
import { fieldOf, isOnly, kindsOf } from "../type.ts";
import { nameSpan } from "./undefined-template.ts";
import { meansRoot } from "./unknown-field.ts";

/**
 * Finds fields of the profile that are read where `range` or `with` changed dot, or in a template that is called without a
 * value.
 */
export const wrongDot: Rule = {
  name: "wrong-dot",
  severity: "error",
  summary:
    "A field of the profile read inside a `range` or `with`, where dot is something else, or in a template that is called without a value.",
  reason:
    'Inside `range` and `with` dot is the element or value. The profile is still there as `$`: `{{ $.first_name }}`. A template sees only the value that its call passes: `{{ template "greeting" . }}`.',
  examples: {
    good: [
      {
        text: "{{ range .items }}{{ $.name }}: {{ .title }}{{ end }}",
        options: { samples: [{ name: "Ada", items: [{ title: "Gear" }] }] },
      },
      '{{ define "greeting" }}Hey, {{ .name }}{{ end }}{{ template "greeting" . }}',
      '{{ define "button" }}{{ .label | default "Open" }}{{ end }}{{ template "button" }}',
    ],
    bad: [
      {
        text: "{{ range .items }}{{ .name }}: {{ .title }}{{ end }}",
        options: { samples: [{ name: "Ada", items: [{ title: "Gear" }] }] },
      },
      '{{ define "greeting" }}Hey, {{ .name }}{{ end }}{{ template "greeting" }}',
      { text: "{{ with .city }}{{ .name }}{{ end }}", options: { samples: [{ name: "Ada", city: "London" }] } },
    ],
  },
  check(context) {
    /** Calls without a value, with the scope of each. */
    const calls = new Map<TemplateCall, Pick<Scope, "tree" | "dot" | "root">>();
    const reports = new Map<TemplateCall, Report>();

    function addCall(node: TemplateCall, why: string, given?: string, severity: Severity = "error"): void {
      // Only the worst consequence of a call is reported.
      const before = reports.get(node);
      if (before && (before.severity === "error" || severity !== "error")) return;
      const { tree } = calls.get(node)!;
      const at = nameSpan(node, tree);
      const name = quote(node.name);
      const advice = given ? `Write {{ template ${name} ${given} }}.` : "Pass it the value that it reads.";
      const edits = [{ start: at.end, end: at.end, text: ` ${given}` }];
      reports.set(node, {
        message: `The template ${name} is called without a value, so its dot is nil: ${why}. ${advice}`,
        at,
        source: tree.source,
        severity,
        suggestions: given ? [{ message: `Pass ${given}`, edits }] : [],
      });
    }

    /** Returns which of dot and `$` has the field at the call, and whether that is certain. */
    function holderAt(node: TemplateCall, name: string): { readonly given?: string; readonly isCertain: boolean } {
      const { dot, root } = calls.get(node)!;
      const inDot = fieldOf(dot, name, context.numbers);
      const inRoot = fieldOf(root, name, context.numbers);
      if (inDot && inDot !== "unknown") return { given: ".", isCertain: true };
      if (inRoot && inRoot !== "unknown") return { given: "$", isCertain: true };
      return inDot ? { given: ".", isCertain: false } : { isCertain: false };
    }

    return {
      template(node, _, { tree, dot, root }) {
        if (!node.pipe) calls.set(node, { tree, dot, root });
      },
      print(_, { omittedBy, absent }) {
        if (!omittedBy || !absent) return;
        const { dot } = calls.get(omittedBy)!;
        addCall(omittedBy, "there is nothing to print", isOnly(dot, "map") ? undefined : ".");
      },
      field({ base, name, found, span, guarded, fromDot, index }, scope) {
        if (base.omittedBy && base.absent) {
          const { given, isCertain } = holderAt(base.omittedBy, name);
          // A field that is tested first may be left out, unless the caller has it.
          const stops = context.options.missingKey === "error";
          const isOptional = guarded && !stops;
          if (isOptional && !isCertain) return;
          const why = `.${name} is always missing${stops ? ", and rendering fails" : ""}`;
          addCall(base.omittedBy, why, given, isOptional ? "warning" : "error");
          return;
        }
        if (!fromDot || index > 0 || !meansRoot(name, scope)) return;
        const block = scope.blocks.findLast(({ node, isElse }) => node.kind !== "if" && !isElse);
        if (!block || base === scope.root) return;
        const kinds = kindsOf(base);
        const isBelowScalar = kinds.length > 0 && !kinds.includes("map");
        if (!isBelowScalar && found !== undefined) return;
        const { kind } = block.node;
        context.report({
          message: `Inside this ${kind}, dot is ${kind === "range" ? "the element" : "its value"}, which has no field ${name}; the profile has one. Write $.${name}.`,
          at: span,
          source: scope.tree.source,
          suggestions: [{ message: `Write $.${name}`, edits: [{ start: span.start, end: span.start, text: "$" }] }],
        });
      },
      done() {
        for (const report of reports.values()) context.report(report);
      },
    };
  },
};
