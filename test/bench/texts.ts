/** The two texts that are rendered, each said three times: as a Go template, for Handlebars and by hand. */
import type { Profile } from "./profiles.ts";

export type Part = "title" | "body";

export const templates: Record<Part, string> = {
  title: "Hey, {{ .first_name }}",
  body: `Dear {{ .first_name }},
{{ if and .subscribed (eq .plan "yearly") }}thank you for another year with us.{{ else }}your plan is {{ .plan }}.{{ end }}
{{ range .items }}- {{ .name }}: {{ printf "%d x %.2f" .quantity .price }} {{ $.currency }}
{{ end }}{{ if .city }}To {{ .city }}. {{ end }}Total: {{ printf "%.2f" .total }}`,
};

/** A mail as shops send them, for Go's `html/template` and for ours with `escape: "html"`: 2 KB, with values in text, attributes, URLs and styles. */
export const htmlTemplates = {
  mail: `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Your order, {{ .first_name }}</title>
<style>
  body { margin: 0; font-family: Helvetica, Arial, sans-serif; color: #222 }
  td { padding: 8px 12px; border-bottom: 1px solid #ddd }
  .total { font-weight: bold }
</style>
</head>
<body>
<!-- preheader -->
<div style="display: none">Order {{ .id }} is on its way{{ if .city }} to {{ .city }}{{ end }}.</div>
<table role="presentation" width="100%" cellpadding="0" cellspacing="0">
<tr><td align="center">
<table role="presentation" width="600" cellpadding="0" cellspacing="0" class="plan-{{ .plan }}">
<tr><td><a href="https://shop.example/?customer={{ .id }}&amp;from=mail"><img src="https://cdn.example/{{ .plan }}/logo.png" width="120" height="40" alt="Shop"></a></td></tr>
<tr><td>
<h1>Dear {{ .first_name }},</h1>
<p>{{ if and .subscribed (eq .plan "yearly") }}thank you for another year with us.{{ else }}your plan is <b>{{ .plan }}</b>.{{ end }}</p>
</td></tr>
{{ range .items }}<tr>
<td><a href="https://shop.example/search?q={{ .name }}" title="{{ .name }}">{{ .name }}</a></td>
<td align="right">{{ .quantity }} x {{ printf "%.2f" .price }}&nbsp;{{ $.currency }}</td>
</tr>
{{ end }}<tr>
<td class="total">Total</td>
<td class="total" align="right">{{ printf "%.2f" .total }}&nbsp;{{ .currency }}</td>
</tr>
{{ if .city }}<tr><td colspan="2">We send it to <a href="https://maps.example/{{ .city }}">{{ .city }}</a>.</td></tr>
{{ end }}<tr><td colspan="2" style="font-size: 12px; color: #777">
You get this mail because you are a customer since {{ .id }}. <a href="https://shop.example/unsubscribe?id={{ .id }}&amp;name={{ .first_name }}">Unsubscribe</a>
</td></tr>
</table>
</td></tr>
</table>
</body>
</html>
`,
};

/** With `../` where Go has `$.`: the same places, found the way Handlebars finds them. */
export const handlebarsTemplates: Record<Part, string> = {
  title: "Hey, {{ first_name }}",
  body: `Dear {{ first_name }},
{{#if (and subscribed (eq plan "yearly"))}}thank you for another year with us.{{else}}your plan is {{ plan }}.{{/if}}
{{#each items}}- {{ name }}: {{ printf "%d x %.2f" quantity price }} {{ ../currency }}
{{/each}}{{#if city}}To {{ city }}. {{/if}}Total: {{ printf "%.2f" total }}`,
};

export const byHand: Record<Part, (profile: Profile) => string> = {
  title: (profile) => `Hey, ${profile.first_name}`,
  body: ({ first_name, subscribed, plan, items, currency, city, total }) => {
    let text = `Dear ${first_name},\n`;
    text += subscribed && plan === "yearly" ? "thank you for another year with us." : `your plan is ${plan}.`;
    text += "\n";
    for (const { name, quantity, price } of items) text += `- ${name}: ${quantity} x ${price.toFixed(2)} ${currency}\n`;
    if (city) text += `To ${city}. `;
    return `${text}Total: ${total.toFixed(2)}`;
  },
};
