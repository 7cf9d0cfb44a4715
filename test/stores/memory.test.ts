import { memoryStore } from "../../src/stores/memory.ts";
import { describeStore } from "../dispatch/store-contract.ts";

describeStore("memory", (retention) => memoryStore({ retention }));
