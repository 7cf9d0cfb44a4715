import { memoryStore } from "../../src/stores/memory.ts";
import { describeRetriedTransactions, describeStore } from "../store/contract/index.ts";
import { retryingStore } from "../store/retrying-store.ts";

describeStore("memory", (retention) => memoryStore({ retention }));
describeRetriedTransactions("memory", () => retryingStore(memoryStore()));
