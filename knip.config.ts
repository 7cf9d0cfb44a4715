import type { KnipConfig } from "knip";
import { commandLine } from "./scripts/bundle.ts";
import { manifest, sourcesOf } from "./scripts/compile.ts";

export default {
  // Tests, programs that scripts of package.json name and their imports are found without being named here.
  entry: [
    ...sourcesOf(manifest().exports),
    ...Object.values(commandLine.entryPoints),
    // Benches that run.ts starts, and programs that tests and benches start by their path.
    "test/bench/{audiences,backfill,bundle,compile,cost,email,json,latency,lint,lists,mail,million,outbox,queue,render,start,web-push,webhook}.ts",
    "test/bench/{email-sink,push-receiver,receiver}.ts",
    "test/{crash,stores}/{child,other-process}.ts",
    "test/workers/preview-program.ts",
  ],
  project: ["{grammar,src,scripts,test,conformance,examples}/**/*.ts"],
  // A type in the signature of an exported function is exported with it.
  ignoreExportsUsedInFile: { interface: true, type: true },
  // Programs of the system that tests call where they are installed.
  ignoreBinaries: ["gpg", "gpgconf", "openssl", "postconf", "postfix"],
  ignoreDependencies: [
    // Run by scripts/pack.ts.
    "@arethetypeswrong/cli",
    "publint",
  ],
} satisfies KnipConfig;
