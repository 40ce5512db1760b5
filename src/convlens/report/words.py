"""Every sentence of a layer's report, in English and Chinese: one table, the same keys in both."""

from typing import Any

LANGUAGES = ("en", "zh")

_EN = {
    "input": "input",
    "output": "output",
    "params": "parameters",
    "buffers": "buffers",
    "macs": "MACs",
    "elementwise": "element-wise operations",
    "unknown": "unknown",
    "none": "0",
    "same": "'same' asks for ceil({size}/{stride}) = {count}, so the padding is "
    "max(({count}-1)*{stride} + {reach} - {size}, 0) = {total}, split {left}+{right}",
    "late": "the last window would start in the right padding and is left out",
    "adaptive": "{count} windows are asked for; window y reads floor(y*{size}/{count}) to ceil((y+1)*{size}/{count})-1",
    "window_sizes": "{least} to {most} pixels each",
    "window_size": "{most} pixels each",
    "dropped": "{what} never read: the division does not come out even, and frameworks round it down (floor).",
    "dropped_ceil": "{what} never read.",
    "would_use": "With {ways} every pixel at the border is read.",
    "way_padding": "padding {padding}",
    "way_input": "an input of {size}",
    "way_ceil": "ceil_mode=True",
    "between": "{axis}: stride {stride} is larger than the window's reach {reach}: {gap} of every {stride} pixels lie between "
    "windows and are never read.",
    "frameworks": "the padding that each framework would use",
    "framework": "framework",
    "rule": "rule",
    "added": "added",
    "no_window": "no window fits",
    "pad_first": "F.pad first",
    "and": " and ",
    "or": " or ",
    "is": " is",
    "are": " are",
}

_ZH = {
    "input": "输入",
    "output": "输出",
    "params": "参数",
    "buffers": "缓冲",
    "macs": "乘加 (MAC)",
    "elementwise": "逐元素运算",
    "unknown": "未知",
    "none": "0",
    "same": "'same' 要求输出 ceil({size}/{stride}) = {count}, 因此填充为 "
    "max(({count}-1)*{stride} + {reach} - {size}, 0) = {total}, 分成 {left}+{right}",
    "late": "最后一个窗口会从右侧填充开始, 因此舍去",
    "adaptive": "指定 {count} 个窗口; 窗口 y 读取 floor(y*{size}/{count}) 到 ceil((y+1)*{size}/{count})-1",
    "window_sizes": "每个 {least} 到 {most} 个像素",
    "window_size": "每个 {most} 个像素",
    "dropped": "{what}从不被读取: 除不尽, 框架向下取整 (floor)。",
    "dropped_ceil": "{what}从不被读取。",
    "would_use": "改为{ways}, 边缘的像素就都会被读取。",
    "way_padding": "填充 {padding}",
    "way_input": "大小为 {size} 的输入",
    "way_ceil": "ceil_mode=True",
    "between": "{axis}: 步幅 {stride} 大于窗口跨度 {reach}: 每 {stride} 个像素中有 {gap} 个落在窗口之间, 从不被读取。",
    "frameworks": "各框架会使用的填充",
    "framework": "框架",
    "rule": "规则",
    "added": "补上",
    "no_window": "放不下窗口",
    "pad_first": "先用 F.pad",
    "and": "和",
    "or": " 或",
    "is": "",
    "are": "",
}

WORDS = {"en": _EN, "zh": _ZH}

AXES = {1: ("L",), 2: ("H", "W"), 3: ("D", "H", "W")}
"""What the spatial axes are called, by their number."""

_EDGES = {
    "en": {"D": ("slice", "slices", " at the back"), "H": ("row", "rows", " at the bottom"),
           "W": ("column", "columns", " at the right"), "L": ("value", "values", " at the end")},
    "zh": {"D": ("层", "层", "最后 "), "H": ("行", "行", "底部 "), "W": ("列", "列", "右侧 "), "L": ("个值", "个值", "末尾 ")},
}  # fmt: skip


def say(lang: str, key: str, **values: Any) -> str:
    """
    >>> say("en", "way_padding", padding=1), say("zh", "output")
    ('padding 1', '输出')
    """
    return WORDS[lang][key].format(**values)


def edge(lang: str, axis: str, count: int) -> str:
    """So many pixels at the far border of an axis.

    >>> edge("en", "H", 1), edge("zh", "W", 2)
    ('1 row at the bottom', '右侧 2 列')
    """
    one, many, where = _EDGES[lang][axis]
    if lang == "zh":
        return f"{where}{count} {many}"
    return f"{count} {one if count == 1 else many}{where}"


def axis_names(count: int) -> tuple[str, ...]:
    """
    >>> axis_names(2), axis_names(4)
    (('H', 'W'), ('axis 0', 'axis 1', 'axis 2', 'axis 3'))
    """
    return AXES.get(count) or tuple(f"axis {i}" for i in range(count))
