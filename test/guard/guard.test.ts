import { once } from "node:events";
import { createServer as createHttpServer } from "node:http";
import { type AddressInfo, createServer, type Socket } from "node:net";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createGuard, GuardError, type GuardPolicy } from "../../src/guard/index.ts";

const thrown = (call: () => unknown): unknown => {
  try {
    return call();
  } catch (error) {
    return error;
  }
};
const check = (host: string, policy?: GuardPolicy, port = 443) => thrown(() => createGuard(policy).check(host, port));

describe("addresses as hosts, in every notation", () => {
  test.each([
    ["127.0.0.1", "127.0.0.1", "a loopback address"],
    ["127.1", "127.0.0.1", "a loopback address"],
    ["0x7f.1", "127.0.0.1", "a loopback address"],
    ["0x7f000001", "127.0.0.1", "a loopback address"],
    ["2130706433", "127.0.0.1", "a loopback address"],
    ["017700000001", "127.0.0.1", "a loopback address"],
    ["0177.0.0.1", "127.0.0.1", "a loopback address"],
    ["①②⑦.0.0.1", "127.0.0.1", "a loopback address"],
    ["127。0。0。1", "127.0.0.1", "a loopback address"],
    ["%31%32%37.0.0.1", "127.0.0.1", "a loopback address"],
    ["127.0.0.1.", "127.0.0.1", "a loopback address"],
    ["127.255.255.254", "127.255.255.254", "a loopback address"],
    ["0.0.0.0", "0.0.0.0", "the unspecified address"],
    ["0", "0.0.0.0", "the unspecified address"],
    ["10.1.2.3", "10.1.2.3", "a private address"],
    ["172.16.0.1", "172.16.0.1", "a private address"],
    ["172.31.255.255", "172.31.255.255", "a private address"],
    ["192.168.1.1", "192.168.1.1", "a private address"],
    ["169.254.169.254", "169.254.169.254", "a link-local address"],
    ["100.64.0.1", "100.64.0.1", "a shared address (RFC 6598)"],
    ["100.100.100.200", "100.100.100.200", "a shared address (RFC 6598)"],
    ["168.63.129.16", "168.63.129.16", "Azure's metadata address"],
    ["192.0.0.8", "192.0.0.8", "a reserved address"],
    ["192.0.2.1", "192.0.2.1", "a reserved address"],
    ["198.18.0.1", "198.18.0.1", "a reserved address"],
    ["198.51.100.1", "198.51.100.1", "a reserved address"],
    ["203.0.113.1", "203.0.113.1", "a reserved address"],
    ["224.0.0.1", "224.0.0.1", "a multicast address"],
    ["240.0.0.1", "240.0.0.1", "a reserved address"],
    ["255.255.255.255", "255.255.255.255", "the broadcast address"],
    ["::", "::", "the unspecified address"],
    ["::1", "::1", "a loopback address"],
    ["[::1]", "::1", "a loopback address"],
    ["[0:0:0:0:0:0:0:1]", "::1", "a loopback address"],
    ["::127.0.0.1", "::7f00:1", "an address not in use"],
    ["::ffff:127.0.0.1", "::ffff:7f00:1", "an IPv4-mapped address"],
    ["[::ffff:7f00:1]", "::ffff:7f00:1", "an IPv4-mapped address"],
    ["::ffff:8.8.8.8", "::ffff:808:808", "an IPv4-mapped address"],
    ["::ffff:0:7f00:1", "::ffff:0:7f00:1", "a reserved address (rfc6145)"],
    ["64:ff9b::7f00:1", "64:ff9b::7f00:1", "a NAT64 address"],
    ["64:ff9b::8.8.8.8", "64:ff9b::808:808", "a NAT64 address"],
    ["64:ff9b:1::a00:1", "64:ff9b:1::a00:1", "a NAT64 address"],
    ["2002:7f00:1::", "2002:7f00:1::", "a reserved address (6to4)"],
    ["2001::1", "2001::1", "a reserved address (teredo)"],
    ["2001:db8::1", "2001:db8::1", "a reserved address"],
    ["3fff::1", "3fff::1", "a reserved address"],
    ["100::1", "100::1", "a reserved address (discard)"],
    ["100:0:0:1::1", "100:0:0:1::1", "an address not in use"],
    ["4000::1", "4000::1", "an address not in use"],
    ["fc00::1", "fc00::1", "a private address"],
    ["fd00:ec2::254", "fd00:ec2::254", "a private address"],
    ["fe80::1", "fe80::1", "a link-local address"],
    ["fec0::1", "fec0::1", "a reserved address (deprecatedSiteLocal)"],
    ["ff02::1", "ff02::1", "a multicast address"],
  ])("%s", (host, address, why) => {
    const error = check(host) as GuardError;
    expect(error).toBeInstanceOf(GuardError);
    expect(error.message).toBe(
      `${address} is ${why}, which is blocked by default; to permit it, add "${address}" under guard.allow`,
    );
    expect(error).toMatchObject({ rule: "address", host: address, address, code: "ERR_GUARD" });
    const inner = address.startsWith("::ffff:7") || address.includes("7f00:1") || address.includes("a00:1");
    if (!inner) expect(check(host, { allow: [address] })).toBe(address);
  });

  test.each([
    ["8.8.8.8", "8.8.8.8"],
    ["134744072", "8.8.8.8"],
    ["2001:4860:4860::8888", "2001:4860:4860::8888"],
    ["[2606:4700::1111]", "2606:4700::1111"],
    ["EXAMPLE.com", "example.com"],
    ["example.com.", "example.com."],
    ["bücher.example", "xn--bcher-kva.example"],
    ["_dmarc.example.com", "_dmarc.example.com"],
  ])("%s passes as %s", (host, canonical) => {
    expect(check(host)).toBe(canonical);
  });

  test.each([
    "",
    ".",
    "a..b",
    ".a",
    "a b",
    "a\tb",
    "a\nb",
    "a\u0000b",
    "a@b",
    "a/b",
    "a?b",
    "a#b",
    "a:1",
    "a\\b",
    "256.1.1.1",
    "fe80::1%eth0",
    "[fe80::1%25eth0]",
    "[127.0.0.1]",
    "[a]",
    "1.2.3.4.5",
    "a\u200bb",
    "\ud800",
    "x".repeat(300),
    "a,b",
    "b\u202eidi",
    "exa\u00admple.com",
    "a／b",
    "a＠b",
    "a？b",
    "℀",
    "a：1",
    "*",
    "a|b",
    "a%2fb",
  ])("%j is no host", (host) => {
    expect(check(host)).toMatchObject({ rule: "host" });
  });
});

describe("what a policy lets through", () => {
  test.each<[string, GuardPolicy, string | undefined]>([
    ["127.0.0.2", { allow: ["127.0.0.0/8"] }, undefined],
    ["128.0.0.2", { allow: ["127.0.0.0/8"] }, undefined],
    ["10.0.0.1", { allow: ["127.0.0.0/8"] }, "10.0.0.1 is a private address"],
    ["::1", { allow: ["127.0.0.0/8"] }, "::1 is a loopback address"],
    ["fd12::1", { allow: ["fd12::/16"] }, undefined],
    ["64:ff9b::808:808", { allow: ["64:ff9b::/96"] }, undefined],
    ["64:ff9b::a00:1", { allow: ["64:ff9b::/96"] }, "64:ff9b::a00:1 is another form of 10.0.0.1, a private address"],
    ["64:ff9b::a00:1", { allow: ["64:ff9b::/96", "10.0.0.0/8"] }, undefined],
    ["::ffff:7f00:1", { allow: ["::/0"] }, "::ffff:7f00:1 is another form of 127.0.0.1, a loopback address"],
    [
      "2002:a9fe:a9fe::1",
      { allow: ["::/0"] },
      "2002:a9fe:a9fe::1 is another form of 169.254.169.254, a link-local address",
    ],
    ["a.example", { hosts: ["a.example"] }, undefined],
    ["A.example.", { hosts: ["a.EXAMPLE"] }, undefined],
    [
      "b.example",
      { hosts: ["a.example"] },
      "b.example is not in the list of permitted hosts; to permit it, add it under guard.hosts",
    ],
    ["a.example.evil", { hosts: ["a.example"] }, "a.example.evil is not in the list of permitted hosts"],
    ["x.a.example", { hosts: ["*.a.example"] }, undefined],
    ["a.example", { hosts: ["*.a.example"] }, "a.example is not in the list of permitted hosts"],
    ["xa.example", { hosts: ["*.a.example"] }, "xa.example is not in the list of permitted hosts"],
    ["127.0.0.1", { hosts: ["127.0.0.1"] }, "127.0.0.1 is a loopback address"],
    ["bücher.example", { hosts: ["xn--bcher-kva.example"] }, undefined],
    ["a.example", { ports: [443] }, undefined],
    [
      "a.example",
      { ports: [8443] },
      "port 443 of a.example is not in the list of permitted ports; to permit it, add it under guard.ports",
    ],
  ])("%s with %j", (host, policy, complaint) => {
    const result = check(host, policy);
    if (complaint === undefined) expect(typeof result).toBe("string");
    else expect((result as Error).message).toContain(complaint);
  });

  test.each<[GuardPolicy, string]>([
    [{ allow: ["10.0.0.0/33"] }, '"10.0.0.0/33" is neither an address nor a CIDR block such as "10.0.0.0/8"'],
    [{ allow: ["example.com"] }, '"example.com" is neither an address nor a CIDR block such as "10.0.0.0/8"'],
    [{ hosts: ["https://a"] }, '"https://a" is not a host; write example.com or *.example.com'],
    [{ hosts: ["*"] }, '"*" is not a host; write example.com or *.example.com'],
    [{ proxy: "socks5://127.0.0.1" }, "guard.proxy must be a URL that starts with http:// or https://"],
    [{ proxy: "nonsense" }, "guard.proxy must be a URL that starts with http:// or https://"],
  ])("%j is refused", (policy, message) => {
    expect(thrown(() => createGuard(policy))).toEqual(new TypeError(message));
  });

  test("whatever its notation, an address is judged as what it reaches", () => {
    fc.assert(
      fc.property(fc.ipV4(), fc.constantFrom(...notations), (address, write) => {
        expect(String(check(write(address)))).toBe(String(check(address)));
      }),
    );
  });
});

const bytes = (address: string): number[] => address.split(".").map(Number);
const number = (address: string): number => bytes(address).reduce((sum, byte) => sum * 256 + byte, 0);
const notations: ((address: string) => string)[] = [
  (address) => String(number(address)),
  (address) => `0x${number(address).toString(16)}`,
  (address) => `0${number(address).toString(8)}`,
  (address) =>
    bytes(address)
      .map((byte) => `0x${byte.toString(16)}`)
      .join("."),
  (address) =>
    bytes(address)
      .map((byte) => `0${byte.toString(8)}`)
      .join("."),
  (address) => bytes(address).join("。"),
];

describe("connecting", () => {
  const arrived: string[] = [];
  const server = createServer((socket: Socket) => {
    arrived.push(socket.localAddress ?? "");
    socket.on("error", () => {}).end("hello");
  });
  let port = 0;
  beforeAll(async () => {
    server.listen(0, "127.0.0.2");
    await once(server, "listening");
    port = (server.address() as AddressInfo).port;
  });
  afterAll(() => void server.close());

  const allow = ["127.0.0.2"];
  const read = async (socket: Socket): Promise<string> => (await socket.toArray()).join("");

  test("a name is connected to at the address that was checked, resolved once", async () => {
    const asked: string[] = [];
    const answers = [["127.0.0.2"], ["127.0.0.1"]];
    const resolve = async (host: string) => {
      asked.push(host);
      return answers.shift() ?? [];
    };
    const guard = createGuard({ allow, resolve });
    expect(await read(await guard.connect({ host: "Receiver.example", port }))).toBe("hello");
    expect(asked).toEqual(["receiver.example"]);
    const second = guard.connect({ host: "receiver.example", port });
    await expect(second).rejects.toThrow(
      'receiver.example resolves to 127.0.0.1, a loopback address, which is blocked by default; to permit it, add "127.0.0.1" under guard.allow',
    );
    expect(arrived).toEqual(["127.0.0.2"]);
  });

  test.each([
    ["one bad address among good ones", ["127.0.0.2", "10.0.0.1"], "resolves to 10.0.0.1, a private address"],
    ["a mapped one", ["::ffff:127.0.0.1"], "resolves to ::ffff:127.0.0.1, an IPv4-mapped address"],
    ["a link-local one with a zone", ["fe80::1%eth0"], "resolves to fe80::1%eth0, a link-local address"],
    ["what is no address", ["localhost"], "resolves to localhost, not an address"],
    ["none", [], "receiver.example has no address"],
  ])("a name with %s is refused", async (_what, addresses, message) => {
    const guard = createGuard({ allow, resolve: async () => addresses });
    await expect(guard.connect({ host: "receiver.example", port })).rejects.toThrow(message);
  });

  test("the system's resolver is asked by default", async () => {
    await expect(createGuard().connect({ host: "localhost", port })).rejects.toThrow(
      /^localhost resolves to .*loopback/,
    );
  });

  test("a name that is never resolved ends in time, or with the signal", async () => {
    const guard = createGuard({ resolve: () => new Promise(() => {}) });
    const late = guard.connect({ host: "a.example", port, timeout: 20 });
    await expect(late).rejects.toMatchObject({
      code: "ETIMEDOUT",
      message: `connecting to a.example:${port} took longer than 20 ms`,
    });
    const stop = new AbortController();
    const aborted = guard.connect({ host: "a.example", port, signal: stop.signal });
    stop.abort(new Error("enough"));
    await expect(aborted).rejects.toThrow("enough");
    await expect(guard.connect({ host: "a.example", port, signal: stop.signal })).rejects.toThrow("enough");
  });

  test("the signal does not end a connection that is there", async () => {
    const stop = new AbortController();
    const socket = await createGuard({ allow }).connect({ host: "127.0.0.2", port, signal: stop.signal });
    stop.abort();
    expect(await read(socket)).toBe("hello");
  });

  test("a refused connection is an error of the network, not of the guard", async () => {
    const guard = createGuard({ allow: ["127.0.0.0/8"] });
    await expect(guard.connect({ host: "127.0.0.3", port })).rejects.toMatchObject({ code: "ECONNREFUSED" });
  });

  describe("through an egress proxy", () => {
    const asked: [string | undefined, string | undefined][] = [];
    const proxy = createHttpServer();
    proxy.on("connect", (request, socket: Socket) => {
      asked.push([request.url, request.headers["proxy-authorization"]]);
      socket.on("error", () => {});
      if (request.url?.startsWith("denied")) return socket.end("HTTP/1.1 403 Denied by policy\r\n\r\n");
      if (request.url?.startsWith("broken")) return socket.end("HTTP/1.1 502 Bad Gateway\r\n\r\n");
      return socket.end("HTTP/1.1 200 OK\r\n\r\nhello");
    });
    let policy: GuardPolicy = {};
    beforeAll(async () => {
      proxy.listen(0, "127.0.0.1");
      await once(proxy, "listening");
      policy = { proxy: `http://us%3Aer:pass@127.0.0.1:${(proxy.address() as AddressInfo).port}` };
    });
    afterAll(() => void proxy.close());

    test("the proxy resolves, and is told who asks", async () => {
      expect(await read(await createGuard(policy).connect({ host: "a.example", port: 443 }))).toBe("hello");
      expect(await read(await createGuard(policy).connect({ host: "2606:4700::1111", port: 443 }))).toBe("hello");
      const who = `Basic ${Buffer.from("us:er:pass").toString("base64")}`;
      expect(asked).toEqual([
        ["a.example:443", who],
        ["[2606:4700::1111]:443", who],
      ]);
    });

    test("hosts, ports and literals are checked before it is asked", async () => {
      const before = asked.length;
      const guard = createGuard({ ...policy, ports: [443] });
      await expect(guard.connect({ host: "127.0.0.1", port: 443 })).rejects.toThrow(GuardError);
      await expect(guard.connect({ host: "a.example", port: 25 })).rejects.toThrow(GuardError);
      expect(asked.length).toBe(before);
    });

    test("its refusal is the guard's, its trouble is the network's", async () => {
      const guard = createGuard(policy);
      await expect(guard.connect({ host: "denied.example", port: 443 })).rejects.toMatchObject({
        rule: "proxy",
        message: "the egress proxy answered 403 Denied by policy for denied.example:443",
      });
      await expect(guard.connect({ host: "broken.example", port: 443 })).rejects.toMatchObject({ code: "ERR_PROXY" });
    });
  });
});
