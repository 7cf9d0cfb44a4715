import type { Command } from "commander";
import { shownDelivery } from "../../dispatch/secrets/shown.ts";
import type { ExitCode } from "../command.ts";
import { type Io, write } from "../io.ts";
import { addSetupOptions, type SetupFlags, withOutbox } from "../setup.ts";
import { deliveryReport } from "./delivery-report.ts";

export function addWhyCommand(program: Command, io: Io, end: (code: ExitCode) => void): void {
  addSetupOptions(program.command("why"))
    .description("Explains a delivery: what was sent where, each attempt, each response, and its state.")
    .argument("<id>", "id of the delivery, as send and outbox list print it")
    .option("--json", "print JSON")
    .helpOption("-h, --help", "print this help")
    .action(async (id: string, flags: SetupFlags & { readonly json?: true }) => {
      end(
        await withOutbox(flags, io, async ({ outbox, now }) => {
          const found = await outbox.find(id);
          if (!found) {
            await write(io.stderr, `no delivery ${id} in this outbox; see tocsin outbox list\n`);
            return 1;
          }
          const delivery = shownDelivery(found);
          await write(io.stdout, flags.json ? `${JSON.stringify(delivery)}\n` : deliveryReport(delivery, now()));
          return 0;
        }),
      );
    });
}
