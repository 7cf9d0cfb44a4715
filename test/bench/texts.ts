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
