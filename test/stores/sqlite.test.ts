import { sqliteStore } from "../../src/stores/sqlite.ts";
import { describeStore } from "../dispatch/store-contract.ts";
import { temporaryFolder } from "./folder.ts";

const folder = temporaryFolder();

describeStore("sqlite", (retention) => sqliteStore(folder.file(), { retention }));
