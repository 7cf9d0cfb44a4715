// A worker that dies before it has started.
throw new Error("dead on arrival");
