"""Portraits drawn from a seed: a face for a person, a pattern for anything else."""

from random import Random

from deployments.demo_site.people import Person

_EYES = (
    '<g fill="#2b2320"><circle cx="86" cy="94" r="4"/>'
    '<circle cx="114" cy="94" r="4"/></g>'
)
SKINS = ("#f6d7c3", "#eac0a0", "#d9a07a", "#b97a54", "#8d5a3b", "#6b4129")
HAIRS = ("#2b2320", "#5a3a22", "#8a5a2b", "#c98f3e", "#9c3d2a", "#7b7f8c", "#3d4a8a")


def draw_picture(person: Person, *, seed: int) -> str:
    """Return the picture of `person` as an SVG document of 200 by 200 units."""
    dice = Random(seed * 9_000_011 + person.index)  # noqa: S311 - variety, not secrecy
    hue = dice.randrange(360)
    motif = _face(dice) if person.kind == "person" else _pattern(person.kind, dice, hue)
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 200">'
        '<defs><linearGradient id="g" x1="0" y1="0" x2="1" y2="1">'
        f'<stop offset="0" stop-color="hsl({hue} 62% 78%)"/>'
        f'<stop offset="1" stop-color="hsl({(hue + 50) % 360} 58% 60%)"/>'
        "</linearGradient></defs>"
        f'<rect width="200" height="200" fill="url(#g)"/>{motif}</svg>'
    )


def _face(dice: Random) -> str:
    skin, hair = dice.choice(SKINS), dice.choice(HAIRS)
    shirt = f"hsl({dice.randrange(360)} 45% 45%)"
    shapes = [
        f'<path d="M30 200c4-48 34-62 70-62s66 14 70 62z" fill="{shirt}"/>',
        f'<rect x="84" y="116" width="32" height="36" rx="14" fill="{skin}"/>',
        _hair_behind(dice, hair),
        f'<ellipse cx="100" cy="92" rx="38" ry="44" fill="{skin}"/>',
        _hair_in_front(dice, hair),
        _EYES,
        _mouth(dice),
    ]
    if dice.random() < 0.3:  # noqa: PLR2004 - a third wear glasses
        shapes.append(
            '<g fill="none" stroke="#2b2320" stroke-width="3">'
            '<circle cx="86" cy="94" r="12"/><circle cx="114" cy="94" r="12"/>'
            '<path d="M98 93h4"/></g>'
        )
    return "".join(shapes)


def _mouth(dice: Random) -> str:
    return (
        f'<path d="M88 {112 + dice.randrange(3)}q12 {dice.randrange(4, 14)} 24 0" '
        'fill="none" stroke="#2b2320" stroke-width="3" stroke-linecap="round"/>'
    )


def _hair_behind(dice: Random, hair: str) -> str:
    return dice.choice(
        (
            "",
            f'<path d="M54 90c0-70 92-70 92 0v58H54z" fill="{hair}"/>',
            f'<circle cx="100" cy="84" r="54" fill="{hair}"/>',
            f'<circle cx="100" cy="36" r="20" fill="{hair}"/>',
        )
    )


def _hair_in_front(dice: Random, hair: str) -> str:
    return dice.choice(
        (
            f'<path d="M61 88c0-56 78-56 78 0-12-22-30-28-78 0z" fill="{hair}"/>',
            f'<path d="M61 84c2-50 76-50 78 0-20-14-58-14-78 0z" fill="{hair}"/>',
            f'<path d="M60 92c-6-60 86-62 80 0-9-30-24-32-80 0z" fill="{hair}"/>',
        )
    )


def _pattern(kind: str, dice: Random, hue: int) -> str:
    dark, light = f"hsl({hue} 45% 32%)", f"hsl({(hue + 180) % 360} 60% 88%)"
    if kind == "band":
        rings = "".join(
            f'<circle cx="100" cy="100" r="{radius}" fill="none" stroke="{light}" '
            'stroke-opacity=".25"/>'
            for radius in range(28, 70, 3 + dice.randrange(5))
        )
        return (
            f'<circle cx="100" cy="100" r="72" fill="{dark}"/>{rings}'
            f'<circle cx="100" cy="100" r="22" fill="{light}"/>'
            f'<circle cx="100" cy="100" r="4" fill="{dark}"/>'
        )
    if kind == "shop":
        stripes = "".join(
            f'<path d="M{40 + place * 24} 60h24v36a12 12 0 0 1-24 0z" '
            f'fill="{light if place % 2 else dark}"/>'
            for place in range(5)
        )
        return (
            f'<rect x="48" y="90" width="104" height="72" fill="#fffaf2"/>{stripes}'
            f'<rect x="{58 + dice.randrange(50)}" y="116" width="34" height="46" '
            f'fill="{dark}"/>'
        )
    tiles = (
        f'<rect x="{50 + column * 26}" y="{50 + row * 26}" width="22" height="22" '
        f'rx="{dice.choice((2, 11))}" fill="{dice.choice((dark, light))}"/>'
        for row in range(4)
        for column in range(4)
    )
    return "".join(tiles)
