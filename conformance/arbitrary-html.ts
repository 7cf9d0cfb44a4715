/**
 * Makes random cases for html/template: HTML, most of it well-formed, with actions everywhere, and values that try to break
 * out.
 */
import fc from "fast-check";
import { damage, damaged, join, list, maybe, pick, some, type Text, value } from "./arbitrary.ts";
import type { Case } from "./case.ts";

// ---------------------------------------------------------------------------------------------------------------- data

const hostile = pick(
  "",
  "x",
  "Ann",
  "a b",
  "<script>alert(1)</script>",
  "</script><script>alert(1)//",
  '"><img src=x onerror=alert(1)>',
  "' onmouseover='alert(1)",
  "javascript:alert(1)",
  "JaVaScRiPt:alert(1)",
  "data:text/html,<b>",
  "http://a.b/c?d=e&f=g#h",
  "HTTPS://é.example/ü?q='()",
  "mailto:a@b.c",
  "//evil/x",
  "/a%2fb%zz%4",
  "expression(alert(1))",
  "\\65xpression",
  "-moz-binding",
  "color: red",
  "#fff",
  "10px",
  "a--b",
  "\\3c/style\\3e",
  "*/alert(1)/*",
  `\`\${alert(1)}\``,
  `\${x}`,
  "\\",
  "\\u0022",
  "a\nb",
  "\r\n",
  "\t",
  "\u2028\u2029",
  "\0",
  "+ADw-",
  "<!-- x -->",
  "]]>",
  "&lt;&amp;&quot;",
  "&#x22;",
  "é世🌍",
  "\ufffe\ufdd0\uffff",
  "onclick",
  "href",
  "DIR",
  "İd",
  "data-x",
  "a.png 1x, b.png 2x",
  "javascript:a 1x, /b 2.5x",
  "a.png, javascript:b",
  "0;url=javascript:x",
  "true",
  "null",
  "1e6",
  "K ſ",
  "httpſ:x",
);
const character = pick(..."ab01 <>\"'&+=`/\\%?#;:,.(){}[]-_$\n\t\0@!é\u2028");
const text: Text = some([4, hostile], [1, list(character, 0, 8)]);
const bytes = fc.constantFrom("ff", "61ff62", "c3a9c3", "3cff3e").map(($bytes) => ({ $bytes }));
const exotic = fc.oneof(
  bytes,
  fc.constantFrom(1.5, "NaN", "+Inf", "-Inf", "-0").map(($float) => ({ $float })),
  fc.constantFrom("9007199254740993", "-5").map(($int) => ({ $int })),
  fc.constantFrom("2024-05-06T07:08:09Z", "2024-05-06T07:08:09.120Z").map(($date) => ({ $date })),
);
const any = fc.oneof(
  { weight: 12, arbitrary: text },
  { weight: 3, arbitrary: fc.integer({ min: -5, max: 2_000_000 }) },
  { weight: 2, arbitrary: fc.double({ noNaN: true, noDefaultInfinity: true }) },
  { weight: 2, arbitrary: fc.constantFrom(true, false, null) },
  { weight: 2, arbitrary: fc.array(text, { maxLength: 3 }) },
  { weight: 2, arbitrary: fc.dictionary(hostile, fc.oneof(text, fc.integer()), { maxKeys: 3 }) },
  { weight: 1, arbitrary: value },
  { weight: 1, arbitrary: exotic },
);
const data = fc.record(
  {
    a: any,
    b: any,
    c: text,
    u: text,
    l: fc.array(any, { maxLength: 3 }),
    m: fc.record({ x: any, y: text }),
    t: fc.boolean(),
  },
  { requiredKeys: ["a", "c", "u", "l", "m"] },
);

// ------------------------------------------------------------------------------------------------------------- actions

const operand = some(
  [8, pick(".a", ".b", ".c", ".u", "$.a", "$.c", ".m.x")],
  [2, pick(".", ".nope", ".m", ".l", "$x")],
);
const pipeline = some(
  [30, operand],
  [1, join(operand, " | ", pick("html", "urlquery", "js", "print", "printf `%v`", "len"))],
  [
    1,
    join(
      pick("html", "urlquery", "js", "print", "html | html", "urlquery | js"),
      " ",
      operand,
      maybe(join(" ", operand)),
    ),
  ],
  [1, pick('"<lit>"', "1", "1.5", "true", "`a'b`", '"javascript:x"', "print", "html", "1 | html", "nil | print")],
  [1, join(operand, " | ", pick("html | print", "urlquery | html", "html | urlquery", "print | html"))],
);
const typed = some(
  [3, pipeline],
  [
    2,
    join(
      "printf `%v` ",
      operand,
      " | ",
      pick("safeHTML", "safeCSS", "safeHTMLAttr", "safeJS", "safeJSStr", "safeURL", "safeSrcset"),
    ),
  ],
  [
    1,
    join(
      pick("safeHTML", "safeCSS", "safeHTMLAttr", "safeJS", "safeJSStr", "safeURL", "safeSrcset"),
      " ",
      pick(
        "`<b title='1>2'>x</b>&amp;<!-- c --><script>y</script>`",
        '"a b=\\"c\\""',
        '"f(1, 2)"',
        "`x\\ny`",
        "$.c",
        ".c",
      ),
      maybe(pick(" | html", " | print", " | js", " | printf `%s`"), 1, 6),
    ),
  ],
);

type Grammar = {
  html: string;
  fragment: string;
  js: string;
  css: string;
  url: string;
  plain: string;
  attributes: string;
};

function grammar(pipe: Text) {
  const act: Text = some(
    [12, join("{{", pipe, "}}")],
    [1, join("{{$x := ", operand, "}}")],
    [1, join("{{- ", pipe, " -}}")],
  );
  /** Wraps content of one kind in control structures. */
  const controlled = (inside: Text): Text =>
    some(
      [3, join("{{if .t}}", inside, "{{end}}")],
      [3, join("{{if .t}}", inside, "{{else}}", inside, "{{end}}")],
      [1, join("{{with .m}}", inside, maybe(join("{{else}}", inside)), "{{end}}")],
      [3, join("{{range .l}}", inside, maybe(join("{{else}}", inside)), "{{end}}")],
      [
        1,
        join(
          "{{range .l}}",
          inside,
          "{{if $.t}}",
          maybe(inside, 1, 2),
          pick("{{break}}", "{{continue}}"),
          "{{end}}",
          inside,
          "{{end}}",
        ),
      ],
    );
  const call = join(
    '{{template "',
    pick("d1", "d2", "d3", "d1", "d2", "d3", "d1", "d2", "d3", "nope"),
    '" ',
    pick(".", "$", ".a"),
    "}}",
  );
  const called = some(
    [14, call],
    [1, pick('{{block "b1" .}}', '{{block "b2" $.m}}').map((open) => `${open}x{{.}}{{end}}`)],
  );
  return fc.letrec<Grammar>((tie) => {
    const [html, js, css, url, plain, attributes] = [
      tie("html"),
      tie("js"),
      tie("css"),
      tie("url"),
      tie("plain"),
      tie("attributes"),
    ];
    const mixed = (word: Text, deeper: Text): fc.Arbitrary<string> =>
      fc.oneof(
        { maxDepth: 3, depthSize: "small", withCrossShrink: false },
        { weight: 8, arbitrary: join(word, act, word) },
        { weight: 4, arbitrary: word },
        { weight: 3, arbitrary: join(word, deeper) },
        { weight: 2, arbitrary: join(controlled(deeper), deeper) },
        { weight: 1, arbitrary: join(word, called, word) },
      );
    const quoted = (inside: Text): Text =>
      some([6, join('"', inside, '"')], [4, join("'", inside, "'")], [3, act], [1, join(inside)], [1, join(" ", act)]);
    const attribute = some(
      [
        4,
        join(
          pick("title", "class", "alt", "id", "value", "data-x", "aria-label", "TITLE", "x:y", "lang"),
          "=",
          quoted(plain),
        ),
      ],
      [
        5,
        join(
          pick(
            "href",
            "src",
            "action",
            "data-href",
            "xlink:href",
            "xmlns:a",
            "formaction",
            "data-url",
            "myurl",
            "poster",
            "HREF",
          ),
          pick("=", "=", " = "),
          quoted(url),
        ),
      ],
      [3, join(pick("onclick", "onerror", "ONLOAD", "data-onx", "onfoo"), "=", quoted(js))],
      [2, join("style=", quoted(css))],
      [2, join(pick("srcset", "data-srcset"), "=", quoted(some([1, plain], [1, url])))],
      [1, join("srcdoc=", quoted(plain))],
      [
        1,
        join("content=", quoted(some([1, plain], [2, join("0;url=", url)], [1, join("0; URL = ", act, ";x=", act)]))),
      ],
      [
        1,
        join(
          "type=",
          quoted(pick("text/javascript", "module", "x/template", "application/json", "{{.c}}", " TEXT/ECMAScript;x")),
        ),
      ],
      [2, pick("checked", "disabled", "async", "a/b", "x.y", "data-", "@click")],
      [2, join(act, maybe(join("=", quoted(plain))))],
      [1, join(pick("data-", "on", "hr", "x"), act, maybe(join("=", quoted(plain))))],
      [
        1,
        join(
          pick("{{if .t}}", "{{range .l}}"),
          " ",
          attributes,
          pick("{{end}}", "{{else}} x{{end}}", "{{else}}{{end}}"),
        ),
      ],
      [1, called],
    );
    const body = (name: string, inside: Text, attributesOf: Text): Text =>
      join(
        "<",
        pick(name, name, name.toUpperCase()),
        attributesOf,
        ">",
        inside,
        pick(`</${name}>`, `</${name}>`, `</${name} >`, `</${name.toUpperCase()}\n>`, `</${name}`, ""),
      );
    const none = maybe(join(" ", attributes), 1, 4);
    const scriptAttributes = some(
      [6, fc.constant("")],
      [
        2,
        join(
          ' type="',
          pick(
            "text/javascript",
            "module",
            "application/ld+json",
            "application/json",
            "text/x-template",
            "x",
            "Module ;a",
            "text/javascript1.5",
          ),
          '"',
        ),
      ],
      [1, pick(" type={{.c}}", ' type="{{.c}}"', " type=module", " async", " type", ' type="text/{{.c}}"')],
      [1, join(" ", attributes)],
    );
    return {
      plain: mixed(pick("a", " ", "x y", "1", "", "&amp;", "&quot;", "é", "+", "-"), plain),
      url: mixed(
        pick(
          "",
          "",
          "/",
          "/a/",
          "http://x.y/",
          "?",
          "?q=",
          "&amp;r=",
          "#",
          "#f",
          "javascript:",
          "a:b",
          " ",
          "&#63;",
          "x&quest;",
          "mailto:",
          "%2f",
          ",",
        ),
        url,
      ),
      js: mixed(
        some(
          [
            8,
            pick(
              "x = ",
              "f(",
              ")",
              ";",
              "var y = ",
              "return ",
              " / ",
              "/",
              "/=",
              "a++ /",
              "a + /",
              "1./",
              "]",
              "}",
              "{",
              "(",
              ",",
              "\n",
              " in /",
              ".in /",
              "#p",
              "#!",
              "$",
            ),
          ],
          [
            6,
            join(
              pick('"', "'", "`", "/", "/[", "`${"),
              pick("", "a", " ", "\\n", "\\\\", "]", "&", "</script>", "<!--", "<ſcript", "</style>", "${", "}", "{"),
              maybe(act),
              maybe(pick("b", "\\'", "\\", "}", "x}`")),
            ).chain((open) =>
              pick(
                open + open[0],
                open + open[0],
                open + (open.startsWith("/[") ? "]/" : open.startsWith("`${") ? "}`" : open[0]),
                open,
              ),
            ),
          ],
          [
            2,
            join(
              pick("//", "/*", "<!--", "-->", "#!"),
              pick("c", " ", "\u2028", "\n", "é"),
              maybe(act, 1, 2),
              pick("\n", "*/", "\r", "\u2029", ""),
            ),
          ],
          [1, pick("`a${`b${", "}`}`", "`", "${", "{{/* c */}}", "&quot;", "&#39;", "&lpar;", "&nbsp;")],
        ),
        js,
      ),
      css: mixed(
        some(
          [
            6,
            pick(
              "color: ",
              "a { b: ",
              "}",
              ";",
              " ",
              "p.x > q ",
              "@import ",
              "/",
              "(",
              "width: calc(",
              ")",
              "url",
              "background: url(",
              "x-url(",
              "URL (",
              'url( "',
              "url('",
              '")',
              "')",
              "#a",
            ),
          ],
          [
            3,
            join(
              pick('"', "'", "url(", 'url("'),
              pick("", "/", "?", "\\3f ", "\\", "#", "a b", "\\e9", "\\\r\n"),
              maybe(act),
              pick('"', "'", ")", '")'),
            ),
          ],
          [1, join(pick("/*", "//"), pick("c", " ", "é"), maybe(act, 1, 2), pick("*/", "\n", "\f", ""))],
          [1, pick("</styl", "<!--", "-->", "&quot;", "expression(", "\\0022")],
        ),
        css,
      ),
      attributes: list(attribute, 1, 2, " "),
      fragment: fc.oneof(
        { maxDepth: 4, depthSize: "small", withCrossShrink: false },
        {
          weight: 4,
          arbitrary: join(
            pick(
              "",
              "a ",
              "&lt;",
              "1 < 2 ",
              "<",
              "</",
              "< b",
              "é",
              "\n",
              "</x y>",
              "<!DOCTYPE html>",
              "<!doctype",
              "<x-y:z>",
            ),
            act,
          ),
        },
        {
          weight: 8,
          arbitrary: join(
            "<",
            pick("a", "p", "img", "input", "meta", "base", "form", "A", "br", "b-c"),
            " ",
            attributes,
            pick(">", ">", " >", "/>", " />"),
          ),
        },
        { weight: 2, arbitrary: join("<p>", html, "</p>") },
        { weight: 5, arbitrary: body("script", js, scriptAttributes) },
        { weight: 4, arbitrary: body("style", css, none) },
        { weight: 1, arbitrary: body("textarea", plain, none) },
        { weight: 1, arbitrary: body("title", join(plain, pick("", "<b>", "</", "<!--x-->")), none) },
        {
          weight: 2,
          arbitrary: join(
            "<!--",
            pick("", "x", "--", ">", "<script>"),
            maybe(act),
            pick("-->", "-->", "-->", "-->", "-->", "--", ""),
          ),
        },
        { weight: 2, arbitrary: controlled(html) },
        { weight: 1, arbitrary: called },
        { weight: 1, arbitrary: join("<", act, ">") },
        { weight: 1, arbitrary: join("<b", act, " ", attributes, ">") },
      ),
      html: list(tie("fragment"), 1, 2),
    };
  });
}

function templates(pipe: Text): { readonly whole: Text } {
  const { html, fragment, js, css, url, plain, attributes } = grammar(pipe);
  const piece = some(
    [3, fragment],
    [2, plain],
    [2, js],
    [1, css],
    [2, url],
    [2, attributes],
    [1, pick("", " ", '"', "'", ">", "{{.}}")],
  );
  const recursive = join(piece, '{{if .m}}{{template "d1" .m}}{{end}}', maybe(piece));
  const define = (name: string): Text =>
    maybe(join(`{{define "${name}"}}{{$x := .}}`, some([7, piece], [1, recursive]), "{{end}}"), 14, 1);
  return {
    whole: join("{{$x := .c}}", list(some([1, html], [2, fragment]), 1, 2), define("d1"), define("d2"), define("d3")),
  };
}

function cases(pipe: Text, functions: boolean): fc.Arbitrary<Case> {
  const rarely = <T>(one: fc.Arbitrary<T>, against: number) =>
    fc.oneof({ weight: 1, arbitrary: one }, { weight: against, arbitrary: fc.constant(undefined) });
  return fc
    .record({
      template: templates(pipe).whole,
      damages: rarely(damage, 6),
      data,
      missingKey: rarely(fc.constantFrom("default" as const, "zero" as const, "error" as const), 6),
      name: rarely(pick("x.tmpl", "a b"), 25),
    })
    .map(({ template: valid, damages, ...rest }) => {
      const apart = valid.replace(/\{(?=\{\{)/g, "{ ");
      const template = damages ? damaged(apart, damages) : apart;
      return JSON.parse(JSON.stringify({ ...rest, template, escape: "html", ...(functions && { functions }) })) as Case;
    });
}

/** Makes a random case. */
export const randomHtmlCase: fc.Arbitrary<Case> = fc.oneof(
  { weight: 3, arbitrary: cases(pipeline, false) },
  { weight: 1, arbitrary: cases(typed, true) },
);
