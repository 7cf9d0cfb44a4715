import { memoryStore } from "../../src/stores/memory.ts";
import { describeStore } from "../store/contract/index.ts";

describeStore("memory", (retention) => memoryStore({ retention }));
