"""Pictures are well-formed and differ."""

import xml.etree.ElementTree as ET

from deployments.demo_site.people import make_people
from deployments.demo_site.pictures import draw_picture


def test_every_picture_is_well_formed_and_its_own() -> None:
    pictures = [draw_picture(person, seed=1) for person in make_people(1, 120)]
    for picture in pictures:
        assert ET.fromstring(picture).tag.endswith("svg")  # noqa: S314 - drawn by us
    assert len(set(pictures)) > 110
