import { sqliteStore } from "../../src/stores/sqlite.ts";
import { isFullSize } from "../sized.ts";
import { describeRetriedTransactions, describeStore } from "../store/contract/index.ts";
import { retryingStore } from "../store/retrying-store.ts";
import { inMemory, temporaryFolder } from "./folder.ts";

const folder = temporaryFolder(inMemory);

describeStore("sqlite", (retention) => sqliteStore(folder.file(), { retention }));
// The same suites once more: `CI=true npm test` runs them.
if (isFullSize) describeRetriedTransactions("sqlite", () => retryingStore(sqliteStore(folder.file())));
