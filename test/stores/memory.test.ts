import { memoryStore } from "../../src/stores/memory.ts";
import { describeStore } from "../dispatch/store-contract.ts";
import { describeProgramStore } from "../triggers/store-contract.ts";
import { describeLists } from "./list-contract.ts";

describeStore("memory", (retention) => memoryStore({ retention }));
describeProgramStore("memory", () => memoryStore());
describeLists("memory", () => memoryStore());
