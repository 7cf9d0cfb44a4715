import { sqliteStore } from "../../src/stores/sqlite.ts";
import { describeStore } from "../dispatch/store-contract.ts";
import { describeProgramStore } from "../triggers/store-contract.ts";
import { inMemory, temporaryFolder } from "./folder.ts";
import { describeLists } from "./list-contract.ts";

const folder = temporaryFolder(inMemory);

describeStore("sqlite", (retention) => sqliteStore(folder.file(), { retention }));
describeProgramStore("sqlite", () => sqliteStore(folder.file()));
describeLists("sqlite", () => sqliteStore(folder.file()));
