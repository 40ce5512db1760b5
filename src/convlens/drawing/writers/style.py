"""Colours and lines of every picture of a layer, on light and on dark paper.

Okabe & Ito's palette: input orange, kernel blue, output green, pale where nothing happens and full where a window lies;
numbers are black on all of them (contrast 9.3, 9.1 and 6.1 on the full ones). What is lit has a thick border as well, padding
is grey with a quieter number, what is never read is hatched: nothing is told by colour alone.
"""

PALE = {"input": "#fbe5bd", "kernel": "#d5ebf9", "output": "#bfe6da"}
FULL = {"input": "#e69f00", "kernel": "#56b4e9", "output": "#009e73"}
INK, QUIET_INK, PADDING, LINE = "#000000", "#40484f", "#eaeef2", "#8b949e"
BORDER = "#0a2a5e"
UNREAD, HATCH = "#fffdf8", "#d9a441"

STYLE = (
    ".cl{--ink:#1f2328;--quiet:#57606a;--paper:#fff;--band:#f6f8fa;--edge:#d0d7de}"
    "@media (prefers-color-scheme:dark){.cl{--ink:#e6edf3;--quiet:#9aa4af;--paper:#0d1117;--band:#161b22;--edge:#3d444d}}"
    "text{font:13px ui-monospace,Menlo,Consolas,'DejaVu Sans Mono',monospace;text-anchor:middle;fill:" + INK + "}"
    ".t,.h,.s,.c{text-anchor:start;fill:var(--quiet);font-size:12px}.h,.s,.D{fill:var(--ink)}.h,.D{font-weight:600}"
    ".T{text-anchor:start;fill:var(--ink);font-size:14px;font-weight:600}.s{white-space:pre}"
    ".c{font-family:system-ui,'Noto Sans CJK SC','PingFang SC','Microsoft YaHei',sans-serif}"
    ".paper{fill:var(--paper)}.band{fill:var(--band);stroke:var(--edge)}.bar{fill:" + FULL["output"] + "}"
    ".i{fill:" + PALE["input"] + "}.k{fill:" + PALE["kernel"] + "}.o{fill:" + PALE["output"] + "}"
    ".l{fill:none;stroke:" + LINE + "}.q{fill:" + PADDING + "}.u{fill:url(#n)}text.z{fill:" + QUIET_INK + "}"
    ".I{fill:" + FULL["input"] + "}.K{fill:" + FULL["kernel"] + "}.O{fill:" + FULL["output"] + "}"
    ".I,.K,.O{fill-opacity:.8;stroke:" + BORDER + ";stroke-width:2.5;stroke-linejoin:round}.x,.d{opacity:0}"
    "@media (forced-colors:active){.paper,.band,.i,.k,.o,.q{fill:Canvas}.l,.band{stroke:CanvasText}"
    "text{fill:CanvasText!important}#n rect{fill:Canvas}#n path{stroke:GrayText}"
    ".I,.K,.O{fill:Canvas;stroke:Highlight;stroke-width:4}}"
)
