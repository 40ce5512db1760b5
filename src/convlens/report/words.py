"""Every sentence of a layer's report, in English and Chinese: one table, the same keys in both."""

import re
from typing import Any

LANGUAGES = ("en", "zh")

_EN = {
    "input": "input",
    "output": "output",
    "params": "parameters",
    "buffers": "buffers",
    "macs": "MACs",
    "elementwise": "element-wise operations",
    "field": "receptive field",
    "unknown": "unknown",
    "is_said": "{what}: {text}",
    "comma": ", ",
    "same": "'same' asks for ceil({size}/{stride}) = {count}, so the padding is "
    "max(({count}-1)*{stride} + {reach} - {size}, 0) = {total}, split {left}+{right}",
    "late": "the last window would start in the right padding and is left out",
    "adaptive": "{windows} asked for; window y reads floor(y*{size}/{count}) to ceil((y+1)*{size}/{count})-1",
    "window_one": "{count} window is",
    "window_many": "{count} windows are",
    "each_range": "{least} to {pixels} each",
    "each": "{pixels} each",
    "pixel_one": "{count} pixel",
    "pixel_many": "{count} pixels",
    "dropped": "{what} never read: the division does not come out even, and frameworks round it down (floor).",
    "dropped_ceil": "{what} never read.",
    "would_use": "With {ways} every pixel at the border is read.",
    "way_padding": "padding {padding}",
    "way_same": 'padding="{word}"',
    "way_input": "an input of {size}",
    "way_ceil": "ceil_mode=True",
    "between": "{axis}: stride {stride} is larger than the window's reach {reach}, so the windows skip {gap} of every {stride} "
    "pixels and never read them.",
    "frameworks": "the padding that each framework would use",
    "frameworks_transposed": "what each framework would cut off the output",
    "framework": "framework",
    "rule": "rule",
    "added": "added",
    "cropped": "cropped",
    "no_window": "no window fits",
    "pad_first": "F.pad first",
    "crop_after": "crop the output",
    "how_zero": "F.pad first: {code} adds zeros.",
    "how_max": "F.pad first: {code}; zeros would win over negative values.",
    "how_mean": "F.pad first: {code}, so that the padding does not count in the mean.",
    "how_crop": "crop the output y: {code}",
    "range": "{least} to {most}",
    "size_one_axis": "{pixels}",
    "size_all_axes": "{pixels} on each axis",
    "moving": "moving {pixels} from one output to the next",
    "whole": "the whole input",
    "through": "the whole input, through {node}",
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
    "macs": "乘加（MAC）",
    "elementwise": "逐元素运算",
    "field": "感受野",
    "unknown": "未知",
    "is_said": "{what}：{text}",
    "comma": "，",
    "same": "'same' 要求输出 ceil({size}/{stride}) = {count}，因此填充为 "
    "max(({count}-1)*{stride} + {reach} - {size}, 0) = {total}，分成 {left}+{right}",
    "late": "最后一个窗口会从右侧填充开始，因此舍去",
    "adaptive": "指定 {windows}；窗口 y 读取 floor(y*{size}/{count}) 到 ceil((y+1)*{size}/{count})-1",
    "window_one": "{count} 个窗口",
    "window_many": "{count} 个窗口",
    "each_range": "每个 {least} 到 {pixels}",
    "each": "每个 {pixels}",
    "pixel_one": "{count} 个像素",
    "pixel_many": "{count} 个像素",
    "dropped": "{what}从不被读取：除不尽，框架向下取整（floor）。",
    "dropped_ceil": "{what}从不被读取。",
    "would_use": "改用{ways}，边缘的像素就都会被读取。",
    "way_padding": "填充 {padding}",
    "way_same": 'padding="{word}"',
    "way_input": "大小为 {size} 的输入",
    "way_ceil": "ceil_mode=True",
    "between": "{axis}：步幅 {stride} 大于窗口跨度 {reach}，每 {stride} 个像素中有 {gap} 个落在窗口之间，从不被读取。",
    "frameworks": "各框架会使用的填充",
    "frameworks_transposed": "各框架会从输出上裁掉的像素",
    "framework": "框架",
    "rule": "规则",
    "added": "补上",
    "cropped": "裁掉",
    "no_window": "放不下窗口",
    "pad_first": "先用 F.pad",
    "crop_after": "再裁剪输出",
    "how_zero": "先用 F.pad：{code}，补零。",
    "how_max": "先用 F.pad：{code}；若补零，零会胜过负值。",
    "how_mean": "先用 F.pad：{code}，使填充不计入平均。",
    "how_crop": "裁剪输出 y：{code}",
    "range": "{least} 到 {most}",
    "size_one_axis": "{pixels}",
    "size_all_axes": "每个轴上 {pixels}",
    "moving": "相邻输出相隔 {pixels}",
    "whole": "整个输入",
    "through": "整个输入，经由 {node}",
    "and": "和",
    "or": "或",
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


def said(lang: str, what: str, text: str) -> str:
    """A fact with its name before it.

    >>> said("en", "params", "56"), said("zh", "params", "56")
    ('parameters: 56', '参数：56')
    """
    return say(lang, "is_said", what=say(lang, what), text=text)


def counted(lang: str, noun: str, count: int | str) -> str:
    """A number of things; ``noun`` is "pixel" or "window". A fraction of a pixel is written as one.

    >>> counted("en", "pixel", 1), counted("en", "pixel", 2), counted("en", "pixel", "1/2"), counted("zh", "pixel", 2)
    ('1 pixel', '2 pixels', '1/2 pixel', '2 个像素')
    """
    one = count == 1 or (isinstance(count, str) and re.fullmatch(r"1/\d+", count) is not None)
    return say(lang, f"{noun}_{'one' if one else 'many'}", count=count)


def plural(count: int, noun: str) -> str:
    """
    >>> plural(1, "layer"), plural(2000, "layer")
    ('1 layer', '2,000 layers')
    """
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def spaced(text: str) -> str:
    """One space wherever a Chinese character meets a Latin letter or a digit.

    >>> spaced("改用padding=1或9x9的输入")
    '改用 padding=1 或 9x9 的输入'
    """
    return _MEETING.sub(" ", text)


_MEETING = re.compile(r"(?<=[\u4e00-\u9fff])(?=[A-Za-z0-9])|(?<=[A-Za-z0-9\"'])(?=[\u4e00-\u9fff])")


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
