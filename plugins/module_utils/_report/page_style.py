# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""The style of the page: light and dark, for the screen and for paper. All colours are variables, and their contrast is checked in a browser."""

from __future__ import annotations

STYLE = r"""
:root{color-scheme:light dark;--back:#f6f7f9;--card:#fff;--line:#d7dbe2;--text:#1b2330;--dim:#505b6b;--link:#0b57a4;
--good:#166534;--good-back:#e3f4e8;--waits:#7a4a00;--waits-back:#fdf0d4;--bad:#a11b1b;--bad-back:#fde6e4;--none:#505b6b;--none-back:#e9ecf1}
@media (prefers-color-scheme:dark){:root{--back:#10151d;--card:#18202b;--line:#323d4d;--text:#e6ebf2;--dim:#a9b4c4;--link:#8cc2ff;
--good:#86dfa4;--good-back:#143323;--waits:#f5ca7a;--waits-back:#3a2c0e;--bad:#ffaaa3;--bad-back:#43191a;--none:#b6c0ce;--none-back:#2a3442}}
*{box-sizing:border-box}
body{margin:0;background:var(--back);color:var(--text);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif}
main,footer{max-width:96rem;margin:0 auto;padding:1.25rem 1rem}
h1{font-size:1.6rem;line-height:1.2;margin:.25rem 0 .25rem}
h2{font-size:1.15rem;margin:0 0 .6rem}
p{margin:.3rem 0}
a{color:var(--link)}
a,code,td,dd,p{overflow-wrap:anywhere}
code{font:.9em/1.4 ui-monospace,"SF Mono",Consolas,monospace}
section{background:var(--card);border:1px solid var(--line);border-radius:.6rem;padding:1rem 1.1rem;margin:1rem 0}
.dim{color:var(--dim)}
.verdict{font-size:1.05rem}
.tiles{display:flex;flex-wrap:wrap;gap:.6rem;list-style:none;padding:0;margin:1rem 0}
.tiles a{display:block;min-width:6rem;padding:.45rem .75rem;border-radius:.6rem;text-decoration:none;
border:1px solid var(--line);background:var(--card);color:var(--text)}
.tiles b{display:block;font-size:1.6rem;line-height:1.2}
.tiles a[aria-current]{outline:2px solid var(--link)}
.tiles .bad b{color:var(--bad)}.tiles .waits b{color:var(--waits)}.tiles .good b{color:var(--good)}.tiles .none b{color:var(--none)}
ol.causes,ul.work{margin:0;padding-left:1.3rem}
ol.causes>li,ul.work>li{margin:.55rem 0}
tbody td{min-width:8.7rem;max-width:16rem}
.g{color:var(--good)}.w{color:var(--waits)}.b{color:var(--bad);font-weight:600}.n{color:var(--none)}
.g::before,.w::before,.b::before,.n::before{display:inline-block;width:1.35em;height:1.35em;line-height:1.35em;margin-right:.4em;border-radius:50%;
text-align:center;font-size:.8em;font-weight:700}
.g::before{content:"\2713" / "";background:var(--good-back)}.w::before{content:"\2026" / "";background:var(--waits-back)}
.b::before{content:"\2717" / "";background:var(--bad-back)}.n::before{content:"\2013" / "";background:var(--none-back)}
.controls{display:flex;flex-wrap:wrap;gap:.8rem;align-items:end;margin:0 0 .8rem}
.controls label{display:block;font-size:.87rem;color:var(--dim)}
.controls input,.controls select,.controls button{font:inherit;color:inherit;background:var(--card);border:1px solid var(--dim);
border-radius:.4rem;padding:.3rem .6rem;min-height:2.2rem}
.controls input{width:16rem}
.controls select{max-width:16rem}
.wide{overflow-x:auto}
table{border-collapse:collapse;width:100%}
caption{text-align:left;color:var(--dim);padding:0 0 .5rem}
th,td{text-align:left;vertical-align:top;padding:.4rem .6rem;border-top:1px solid var(--line)}
thead th{border-top:0;max-width:16rem;overflow-wrap:anywhere;font-size:.9rem}
thead button{font:inherit;text-align:left;font-weight:600;color:inherit;background:none;border:0;padding:.2rem .1rem;cursor:pointer;min-height:1.6rem}
th[aria-sort=ascending] button::after{content:" \25B2"}
th[aria-sort=descending] button::after{content:" \25BC"}
tbody th{font-weight:600;min-width:9rem;max-width:18rem;overflow-wrap:anywhere}
tbody tr{content-visibility:auto;contain-intrinsic-size:auto 2.4rem}
tbody small{display:block;font-weight:400;color:var(--dim)}
.soon{color:var(--waits);font-weight:600}
.late{color:var(--bad);font-weight:600}
summary{cursor:pointer;padding:.1rem 0}
details dl{margin:.3rem 0 .6rem;padding:.2rem 0 .2rem .8rem;border-left:3px solid var(--line)}
dt{font-weight:600;margin-top:.4rem}
dd{margin:0}
tbody td.what{min-width:20rem;max-width:none;width:40%}
:focus-visible{outline:3px solid var(--link);outline-offset:2px;border-radius:.2rem}
.copy{font:inherit;font-size:.85rem;color:var(--link);background:none;
border:1px solid var(--line);border-radius:.4rem;cursor:pointer;padding:.1rem .5rem;min-height:1.6rem}
.js-only{display:none}
.js .js-only{display:revert}
.js .controls.js-only{display:flex}
@media print{
:root{color-scheme:light;--back:#fff;--card:#fff;--line:#bbb;--text:#000;--dim:#444;--link:#000;--good:#0b4a22;--good-back:#fff;--waits:#5c3800;--waits-back:#fff;
--bad:#8a0f0f;--bad-back:#fff;--none:#333;--none-back:#fff}
body{font-size:10pt}
.tiles,.controls,.js .controls.js-only,.copy{display:none}
section{border:0;padding:0;break-inside:auto}
tr,li{break-inside:avoid}
tbody tr{content-visibility:visible}
a[href^="https"]::after{content:" (" attr(href) ")"}
}
""".strip()
