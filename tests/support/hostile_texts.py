"""Texts that would command a terminal or a browser if a report did not escape them."""

import random

TERMINAL = (
    "\x1b[2J", "\x1b[H", "\x1b[?25l", "\x1b[?1049h", "\x1b[?7l", "\x1b[1;2r", "\x1b[4h", "\x1b]0;PWNED\x07",
    "\x1b]2;x\x1b\\", "\x1b]52;c;cHduZWQ=\x07", "\x1b]8;;http://x\x07", "\x1bP$q\x1b\\", "\x1bc", "\x1b7", "\x1b8",
    "\x1b(0", "\x1b)0", "\x0e", "\x0f", "\x9b31m", "\x9d0;PWNED\x9c", "\x90q\x9c", "\x84", "\x85", "\x8d", "\x1bM",
    "\x1bD", "\x1bE", "\x1bH", "\x1b[3g", "\x1b[31;1;7m", "\x1b[38;5;1m", "\x1b[0q", "\x1b[6n", "\x1b[c", "\x1b[5i",
    "\x1b[>4;2m", "\x1b[20h", "\x1b[s", "\x1b[u", "\r", "\n", "\x0b", "\x0c", "\b", "\t", "\x00", "\x7f", "\x07",
    "\x05", "\x18", "\x1a", "\u202e", "\u2066", "\u200b", "\u2028", "\u2029", "\ufeff", "\U000e0041", "\udc9b",
    "\ud800", "\u0301", "\u0600", "\u2060", "\u00ad", "\ue000",
)  # fmt: skip
"""Sequences of ECMA-48 and xterm, C0 and C1 characters, and characters that show nothing or change the direction."""

POLYGLOTS = (
    "<script src=/pwned></script>",
    "</script></style></title></textarea></pre><script src=/pwned></script>",
    "\"'><img src=/pwned onerror=this.src='/pwned'>",
    "<svg/onload=fetch('/pwned')><circle>",
    "<iframe src=/pwned></iframe>",
    "<link rel=stylesheet href=/pwned>",
    "<style>@import url(/pwned);*{background:url(/pwned)}</style>",
    "}*{background:url(/pwned)}/*",
    "<meta http-equiv=refresh content='0;url=/pwned'>",
    "<base href=/pwned/>",
    "<object data=/pwned></object><embed src=/pwned>",
    "<video poster=/pwned src=/pwned autoplay></video>",
    "<input autofocus onfocus=fetch('/pwned')>",
    "<details open ontoggle=fetch('/pwned')>x</details>",
    "<form action=/pwned><input type=submit></form>",
    "<body onload=fetch('/pwned')>",
    "<a href=javascript:fetch('/pwned')>x</a>",
    "javascript:fetch('/pwned')//",
    "--><img src=/pwned>",
    "<!--><img src=/pwned>-->",
    "<![CDATA[><img src=/pwned>]]>",
    "<math><mtext><table><mglyph><style><!--</style><img src=/pwned>",
    '<noscript><p title="</noscript><img src=/pwned>">',
    "<template><img src=/pwned></template>",
    "&lt;img src=/pwned&gt;",
    "&#60;img src=/pwned&#62;",
    "\\x3cimg src=/pwned\\x3e",
    "\\u003cimg src=/pwned\\u003e",
    "+ADw-img src=/pwned+AD4-",
    "\u02bcimg src=/pwned\uff1e\uff1cimg src=/pwned\uff1e",
    "x\x00<img src=/pwned>",
    "<<img src=/pwned>",
    "<img/src=/pwned/>",
    "<IMG\nSRC\n=\n/pwned>",
    "{{constructor.constructor('fetch(\"/pwned\")')()}}",
    "{% raw %}<img src=/pwned>{% endraw %}",
    "${fetch('/pwned')}",
    "`-fetch('/pwned')-`",
    "'-fetch('/pwned')-'",
    '" onmouseover="fetch(\'/pwned\')" style="position:fixed;inset:0',
    "jaVasCript:/*-/*`/*\\`/*'/*\"/**/(/* */oNcliCk=fetch('/pwned') )//%0D%0A%0d%0a//</stYle/</titLe/</teXtarEa/"
    "</scRipt/--!>\\x3csVg/<sVg/oNloAd=fetch('/pwned')//>\\x3e",
    "![x](/pwned) [x](javascript:fetch('/pwned'))",
)
"""Texts that are code in one context or another of a page. Each would ask the server for `/pwned`."""

OTHERS = (
    "[/INVITE]",
    "[red]",
    ":smile:",
    "{0}",
    "{{7*7}}",
    "%s",
    "$(id)",
    "`id`",
    "=1+1",
    "@SUM(1)",
    "| a | b |",
    "```",
    "---",
)


def hostile(rng: random.Random) -> str:
    """Up to six pieces of all kinds, with words between them."""
    words = ("server", "cert", "", " ", "\u00e9", "\u6f22\u5b57", "\U0001f600", "x" * 70)
    pieces = (*TERMINAL, *POLYGLOTS, *OTHERS)
    return "".join(rng.choice(words) + rng.choice(pieces) for _ in range(rng.randint(1, 6)))
