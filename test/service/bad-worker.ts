import { setTimeout as pause } from "node:timers/promises";
import { serveTasks } from "../../src/workers/serve-tasks.ts";

/** Does what a fault in ours would do, by what the title says. */
serveTasks({
  preview: async () => async (input: { readonly template: { readonly title: string } }) => {
    const { title } = input.template;
    const all: unknown[] = [];
    if (title === "exit") process.exit(1);
    if (title === "pause") await pause(300);
    while (title === "spin");
    while (title === "hoard") all.push(`${all.length}`.repeat(50));
    return { title };
  },
});
