"""Colours and lines of every picture of a layer, on light and on dark paper.

Okabe & Ito's palette: input orange, kernel blue, output green; numbers on them are black (contrast 9.3, 9.1 and 6.1). What is
lit has a thick border as well, padding is paler and hatched: nothing is told by colour alone.
"""

STYLE = (
    ".cl{--ink:#1f2328;--quiet:#59636e;--paper:#fff;--line:#8b949e}"
    "@media (prefers-color-scheme:dark){.cl{--ink:#e6edf3;--quiet:#9aa4af;--paper:#0d1117;--line:#57606a}}"
    ".cl text{font:13px ui-monospace,Menlo,Consolas,'DejaVu Sans Mono',monospace;text-anchor:middle;fill:#111}"
    ".cl .t,.cl .g,.cl .h,.cl .s{text-anchor:start;fill:var(--quiet);font-size:12px}"
    ".cl .h,.cl .s{fill:var(--ink)}.cl .h{font-size:14px;font-weight:600}.cl .g{font-weight:600}"
    ".cl .paper{fill:var(--paper)}.cl .i{fill:#f6cf80}.cl .k{fill:#aadaf4}.cl .o{fill:#66c5ab}"
    ".cl .l{fill:none;stroke:var(--line)}.cl .q{fill:#eceff2}.cl .u{fill:url(#n)}.cl .hatch{stroke:#d55e00;stroke-width:1.4}"
    ".cl .m{fill:#fff;fill-opacity:.45;stroke:#0b3d91;stroke-width:3}"
    "@media (forced-colors:active){.cl rect,.cl .q{fill:Canvas;stroke:CanvasText}.cl text{fill:CanvasText}}"
)
