import { sqliteStore } from "../../src/stores/sqlite.ts";
import { describeStore } from "../store/contract/index.ts";
import { inMemory, temporaryFolder } from "./folder.ts";

const folder = temporaryFolder(inMemory);

describeStore("sqlite", (retention) => sqliteStore(folder.file(), { retention }));
