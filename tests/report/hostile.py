"""Thirty texts that mean something to somebody: what must not happen when they are a name."""

from __future__ import annotations

__all__ = ["PAYLOADS"]

PAYLOADS: tuple[str, ...] = (
    "<script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "</style><script>alert(1)</script>",
    "</title><img src=x onerror=alert(1)>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "'><svg/onload=alert(1)>",
    '" onmouseover="alert(1)',
    "' onfocus='alert(1)' autofocus='",
    "<a href=javascript:alert(1)>x</a>",
    "javascript:alert(1)",
    "<iframe src=//example.org></iframe>",
    "<base href=//example.org/>",
    "<meta http-equiv=refresh content=0;url=//example.org>",
    "<link rel=stylesheet href=//example.org/x.css>",
    "<!-- --><b>x</b>",
    "--><b>x</b>",
    "]]><b>x</b>",
    "<![CDATA[<b>x</b>]]>",
    "<?xml version='1.0'?><b/>",
    "&lt;b&gt;&#60;b&#62;&amp;",
    "<math><mtext></mtext><script>alert(1)</script></math>",
    "<textarea></textarea><b>x</b>",
    "</pre></code></td></table><h1>x</h1>",
    "{{ 7 * 7 }}{% raw %}{# x #}",
    "x\u202e<b>\u2066y",
    "x\x00\x1b[31m<b>\r\n::error::y",
    '\\"]; evil [label="x',
    '"]\n  evil --> node["x',
    "%%{init: {'securityLevel': 'loose'}}%%<b>x</b>",
)
