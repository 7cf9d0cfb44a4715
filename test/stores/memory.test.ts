import { memoryStore } from "../../src/stores/memory.ts";
import { isFullSize } from "../sized.ts";
import { describeRetriedTransactions, describeStore } from "../store/contract/index.ts";
import { retryingStore } from "../store/retrying-store.ts";

describeStore("memory", (retention) => memoryStore({ retention }));
// The same suites once more: `CI=true npm test` runs them.
if (isFullSize) describeRetriedTransactions("memory", () => retryingStore(memoryStore()));
