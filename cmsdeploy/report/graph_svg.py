"""Pictures of boxes and right-angled lines, and their SVG. It knows no plan and no cluster.

A layout of our own instead of graphviz: what we draw is lanes and rows, which need no solver, and
nobody has to install a program to see a picture. Lines never run through a box: ``crossings`` says
where they would, and the tests hold every layout to it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from html import escape

from cmsdeploy.errors import printable

__all__ = [
    "STYLE",
    "Box",
    "Line",
    "Picture",
    "Text",
    "crossings",
    "cut",
    "fitted",
    "overlaps",
    "svg",
]

# Classes and not attributes: the page that a picture stands in may be light or dark, and forbids
# styles on elements.
STYLE = """
.picture { font-family: system-ui, sans-serif; }
.picture .paper { fill: #ffffff; }
.picture .box { fill: #f6f8fa; stroke: #6e7781; }
.picture .lane { fill: none; stroke: #d0d7de; }
.picture .wait { fill: #eaf5ff; stroke: #3d7ab8; }
.picture .disruptive, .picture .found { fill: #fff5cc; stroke: #8a6100; }
.picture .destructive, .picture .wrong { fill: #ffebe9; stroke: #c4212d; }
.picture .outage { fill: #ffd8b5; stroke: #a04100; }
.picture .good { fill: #e6f6ea; stroke: #1a7f37; }
.picture .line { fill: none; stroke: #6e7781; stroke-width: 1.3; }
.picture .line.faint { stroke: #d0d7de; stroke-width: 1; }
.picture .tip { fill: #6e7781; }
.picture .line.secret { stroke: #7a3fd1; stroke-dasharray: 6 3; }
.picture .tip.secret { fill: #7a3fd1; }
.picture .line.after { stroke: #0860c4; }
.picture .tip.after { fill: #0860c4; }
.picture .line.play { stroke: #8a6100; stroke-dasharray: 2 3; }
.picture .tip.play { fill: #8a6100; }
.picture text { fill: #1f2328; }
.picture text.dim { fill: #57606a; }
.picture text.mono { font-family: ui-monospace, "DejaVu Sans Mono", monospace; }
.picture text.bold { font-weight: 600; }
@media screen and (prefers-color-scheme: dark) {
.picture .paper { fill: #0d1117; }
.picture .box { fill: #1b222b; stroke: #8b949e; }
.picture .lane { stroke: #30363d; }
.picture .wait { fill: #10263d; stroke: #58a6ff; }
.picture .disruptive, .picture .found { fill: #332a0c; stroke: #d6a01f; }
.picture .destructive, .picture .wrong { fill: #3c1618; stroke: #ff7b72; }
.picture .outage { fill: #45230a; stroke: #ffa657; }
.picture .good { fill: #12301b; stroke: #4cc268; }
.picture .line { stroke: #8b949e; }
.picture .line.faint { stroke: #30363d; }
.picture .tip { fill: #8b949e; }
.picture .line.secret { stroke: #c297ff; }
.picture .tip.secret { fill: #c297ff; }
.picture .line.after { stroke: #58a6ff; }
.picture .tip.after { fill: #58a6ff; }
.picture .line.play { stroke: #d6a01f; }
.picture .tip.play { fill: #d6a01f; }
.picture text { fill: #e6edf3; }
.picture text.dim { fill: #9da7b1; }
}
"""
_TIP = 6
# Gives the words of a picture in the reader's language; they are named by their English text.
Say = Callable[[str], str]


def in_english(text: str) -> str:
    """The words as they stand."""
    return text


@dataclass(frozen=True)
class Text:
    """One line of text inside a box or on the paper. ``x`` and ``y`` are of its baseline."""

    x: float
    y: float
    text: str
    size: int = 11
    style: str = ""
    anchor: str = "start"


@dataclass(frozen=True)
class Box:
    """A rectangle. ``title`` is what a pointer over it shows, in full length. A ``frame`` holds
    other boxes and may be crossed by lines."""

    x: float
    y: float
    width: float
    height: float
    style: str = "box"
    title: str = ""
    texts: tuple[Text, ...] = ()
    is_frame: bool = False


@dataclass(frozen=True)
class Line:
    """A right-angled line through ``points``; it ends in a tip, unless it is a part of another."""

    points: tuple[tuple[float, float], ...]
    style: str = ""
    title: str = ""
    has_tip: bool = True


@dataclass(frozen=True)
class Picture:
    """What is drawn, on a paper of ``width`` and ``height``; ``title`` says what it shows."""

    width: float
    height: float
    title: str
    boxes: tuple[Box, ...] = ()
    lines: tuple[Line, ...] = ()
    texts: tuple[Text, ...] = ()


def fitted(text: str, width: float, size: int, *, is_mono: bool = False) -> str:
    """Give ``text`` cut in its middle to what fits into ``width`` at ``size``: both ends of a name
    tell more than its beginning alone."""
    shown = printable(text, 500)
    most = _most(width, size, 0.62 if is_mono else 0.56)
    if len(shown) <= most:
        return shown
    end = (most - 1) // 3
    return f"{shown[: most - 1 - end]}…{shown[len(shown) - end :]}"


def cut(text: str, width: float, size: int) -> str:
    """Give the beginning of a sentence, as far as it fits."""
    shown = printable(text, 500)
    most = _most(width, size, 0.53)
    return shown if len(shown) <= most else f"{shown[: most - 1].rstrip()}…"


def _most(width: float, size: int, share: float) -> int:
    return max(int(width / (size * share)), 3)


def svg(picture: Picture, *, is_alone: bool = True) -> str:
    """Give ``picture`` as SVG. One that stands in a page has its style there (``STYLE``)."""
    size = f'viewBox="0 0 {_n(picture.width)} {_n(picture.height)}"'
    size += f' width="{_n(picture.width)}" height="{_n(picture.height)}"'
    name = escape(printable(picture.title, 300))
    head = f'<svg xmlns="http://www.w3.org/2000/svg" class="picture" role="img" {size}'
    parts = [f'{head} aria-label="{name}">', f"<title>{name}</title>"]
    if is_alone:
        parts += ["<style>", STYLE.strip(), "</style>"]
        parts.append('<rect class="paper" width="100%" height="100%"/>')
    parts += [_box(box) for box in picture.boxes if box.is_frame]
    parts += [_line(line) for line in picture.lines]
    parts += [_box(box) for box in picture.boxes if not box.is_frame]
    parts += [_text(text) for text in picture.texts]
    return "\n".join([*parts, "</svg>"])


def _box(box: Box) -> str:
    place = f'x="{_n(box.x)}" y="{_n(box.y)}" width="{_n(box.width)}" height="{_n(box.height)}"'
    title = f"<title>{escape(printable(box.title))}</title>" if box.title else ""
    texts = "".join(map(_text, box.texts))
    return f'<g>{title}<rect class="{box.style}" rx="5" {place}/>{texts}</g>'


def _line(line: Line) -> str:
    path = "M" + " L".join(f"{_n(x)} {_n(y)}" for x, y in line.points)
    title = f"<title>{escape(printable(line.title))}</title>" if line.title else ""
    style = f" {line.style}" if line.style else ""
    tip = ""
    if line.has_tip:
        corners = " ".join(f"{_n(x)},{_n(y)}" for x, y in _tip(*line.points[-2:]))
        tip = f'<polygon class="tip{style}" points="{corners}"/>'
    return f'<g>{title}<path class="line{style}" d="{path}"/>{tip}</g>'


def _tip(before: tuple[float, float], end: tuple[float, float]) -> Sequence[tuple[float, float]]:
    x, y = end
    across, down = _sign(x - before[0]), _sign(y - before[1])
    back_x, back_y = x - across * _TIP, y - down * _TIP
    half = _TIP / 2
    return (
        (x, y),
        (back_x - down * half, back_y + across * half),
        (back_x + down * half, back_y - across * half),
    )


def _sign(number: float) -> int:
    return (number > 0) - (number < 0)


def _text(text: Text) -> str:
    place = f'x="{_n(text.x)}" y="{_n(text.y)}" font-size="{text.size}"'
    style = f' class="{text.style}"' if text.style else ""
    anchor = f' text-anchor="{text.anchor}"' if text.anchor != "start" else ""
    return f"<text {place}{style}{anchor}>{escape(printable(text.text))}</text>"


def _n(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")


def overlaps(picture: Picture) -> Iterator[tuple[Box, Box]]:
    """Boxes that cover each other; frames do not count."""
    boxes = [box for box in picture.boxes if not box.is_frame]
    for number, one in enumerate(boxes):
        for other in boxes[number + 1 :]:
            is_beside = one.x + one.width <= other.x or other.x + other.width <= one.x
            if not (is_beside or one.y + one.height <= other.y or other.y + other.height <= one.y):
                yield one, other


def crossings(picture: Picture) -> Iterator[tuple[Line, Box]]:
    """Lines that run through the inside of a box."""
    boxes = [box for box in picture.boxes if not box.is_frame]
    for line in picture.lines:
        for start, end in zip(line.points, line.points[1:], strict=False):
            low_x, high_x = sorted((start[0], end[0]))
            low_y, high_y = sorted((start[1], end[1]))
            for box in boxes:
                is_beside = high_x <= box.x or low_x >= box.x + box.width
                if not (is_beside or high_y <= box.y or low_y >= box.y + box.height):
                    yield line, box
