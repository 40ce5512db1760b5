"""Draw shapes.png: a disc, a square and a triangle on a slope of light, for `convlens run --on`."""

from pathlib import Path

from PIL import Image, ImageDraw

SIZE = (96, 72)
FINER = 4


def main():
    width, height = (FINER * side for side in SIZE)
    picture = Image.new("RGB", (width, height))
    pen = ImageDraw.Draw(picture)
    for y in range(height):
        pen.line((0, y, width, y), fill=(236 - y // 6, 240 - y // 8, 245 - y // 12))
    pen.ellipse((60, 60, 200, 200), fill=(214, 72, 60))
    pen.rectangle((210, 120, 330, 240), fill=(40, 96, 180))
    pen.polygon([(230, 100), (300, 20), (360, 110)], fill=(250, 200, 60))
    picture.resize(SIZE, Image.Resampling.BOX).save(Path(__file__).with_name("shapes.png"), optimize=True)


if __name__ == "__main__":
    main()
